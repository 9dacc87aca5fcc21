// SPDX-License-Identifier: Apache-2.0

/// What is at a path, as far as it is mirrored: a file, a directory or a symbolic link.
package struct Entry: Hashable, Sendable {
    /// What an entry is. Everything else that a directory can hold (devices, sockets, pipes) is not mirrored.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case file = 1
        case directory = 2
        case symbolicLink = 3
    }

    /// What the entry is.
    package var kind: Kind
    /// Permission bits with set-user-ID, set-group-ID and sticky (0o0000 to 0o7777). 0 for symbolic links, which have none.
    package var mode: UInt16
    /// When the content was last modified, as the source's file system tells it.
    package var modified: Timestamp
    /// The content's length in bytes; 0 for what is no file.
    package var size: UInt64
    /// The content's digest; nil for what is no file, and for a file that has not been read.
    package var digest: Digest?
    /// Where a symbolic link points, as raw bytes; empty for everything else.
    package var target: [UInt8]
    /// Whose the entry is; nil where that is not mirrored.
    package var owner: Owner?
    /// Its extended attributes; nil where they are not mirrored, were not read, or can't be: a symbolic link has none.
    package var attributes: Attributes?

    /// An entry whose parts come from a record: nothing is checked. Nothing beyond them is mirrored.
    package init(kind: Kind, mode: UInt16, modified: Timestamp, size: UInt64, digest: Digest?, target: [UInt8]) {
        self.kind = kind
        self.mode = mode
        self.modified = modified
        self.size = size
        self.digest = digest
        self.target = target
    }

    /// A file of `size` bytes.
    package static func file(size: UInt64, digest: Digest?, mode: UInt16, modified: Timestamp) -> Entry {
        Entry(kind: .file, mode: mode, modified: modified, size: size, digest: digest, target: [])
    }

    /// A directory, without what is in it.
    package static func directory(mode: UInt16, modified: Timestamp) -> Entry {
        Entry(kind: .directory, mode: mode, modified: modified, size: 0, digest: nil, target: [])
    }

    /// A symbolic link to `target`, which need not exist.
    package static func symbolicLink(target: [UInt8], modified: Timestamp) -> Entry {
        Entry(kind: .symbolicLink, mode: 0, modified: modified, size: 0, digest: nil, target: target)
    }
}

/// An instant as file systems keep it: seconds and nanoseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Sendable, Comparable {
    /// Seconds since the epoch; negative before it.
    package var seconds: Int64
    /// Nanoseconds after `seconds`, 0 to 999,999,999.
    package var nanoseconds: UInt32

    package init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// How long it is from this instant to `later`; negative where that is earlier.
    package func duration(to later: Timestamp) -> Duration {
        .seconds(later.seconds - seconds) + .nanoseconds(Int64(later.nanoseconds) - Int64(nanoseconds))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// Which entry of the source's file system this is, whatever its name: the same while it is renamed and rewritten,
/// different for any entry made later, even one that got the same inode (statx(2), `stx_ino` and `stx_btime`).
package struct Identity: Hashable, Sendable {
    /// The inode's number.
    package var inode: UInt64
    /// When the inode was made; zero where the file system can't tell, and then identities prove nothing.
    package var born: Timestamp

    package init(inode: UInt64, born: Timestamp) {
        self.inode = inode
        self.born = born
    }

    /// Whether the identity can vouch for a move: the file system tells birth times.
    package var isReliable: Bool { inode != 0 && born != Timestamp(seconds: 0) }
}

/// An entry as a look at the disk found it, with what tells whether it has changed since.
package struct Observed: Hashable, Sendable {
    /// What is there. A file's digest is nil until its content has been read.
    package var entry: Entry
    /// Which entry of the file system it is.
    package var identity: Identity
    /// When the inode last changed in any way (`stx_ctime`): no program can set it back.
    package var changed: Timestamp
    /// How many names the inode has, in the tree or elsewhere; 1 for what is no file.
    package var links: UInt32 = 1

    package init(entry: Entry, identity: Identity, changed: Timestamp) {
        self.entry = entry
        self.identity = identity
        self.changed = changed
    }

    /// Whether `later`, a look at the same path, shows the very same version: nothing was written, replaced or touched between.
    package func isSameVersion(as later: Observed) -> Bool {
        identity == later.identity && changed == later.changed && entry.size == later.entry.size
            && entry.modified == later.entry.modified && entry.kind == later.entry.kind
    }
}

extension Observed {
    /// Whether all that `later`, a look at the same file, shows to have happened to it is that it has grown.
    package func hasGrown(into later: Observed) -> Bool {
        entry.kind == .file && later.entry.kind == .file && identity == later.identity
            && later.entry.size > entry.size && later.entry.modified >= entry.modified
    }
}

/// What a look at one path found.
package enum Observation: Hashable, Sendable {
    /// Something that is mirrored.
    case present(Observed)
    /// Nothing: the look could see the place, and it is empty. The only evidence for a deletion.
    case absent
    /// Something that is not mirrored: a device, a socket, a pipe.
    case special
}
