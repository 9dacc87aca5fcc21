// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Root {
    /// Looks at what is at `path`, without following a symbolic link there.
    ///
    /// `.absent` is evidence: the place could be seen and nothing is there, or what is above it is no directory of this
    /// tree (a file, a symbolic link). Everything else that goes wrong is thrown: unknown is never absent. It is evidence only
    /// as long as the root `stillStands()`. A file's digest is nil.
    package func look(at path: RelativePath) throws(FileError) -> Observation {
        try look(at: path, preserving: preserved)
    }

    /// The same, told with what is `preserved` in place of what every look of this tree tells.
    package func look(at path: RelativePath, preserving preserved: Set<Preserve>) throws(FileError) -> Observation {
        do throws(FileError) {
            return try observe(open(path, LINUX_O_PATH | O_NOFOLLOW), path: path, preserving: preserved)
        } catch  where error.isAbsence {
            return .absent
        }
    }

    /// What is open as `descriptor` (any kind of descriptor; that of a symbolic link is opened with O_PATH).
    func observe(_ descriptor: Descriptor, path: RelativePath?) throws(FileError) -> Observation {
        try observe(descriptor, path: path, preserving: preserved)
    }

    /// The same, told with what is `preserved`.
    func observe(
        _ descriptor: Descriptor, path: RelativePath?, preserving preserved: Set<Preserve>
    ) throws(FileError) -> Observation {
        let status = try calls.status(of: descriptor, path: path)
        let target = status.kind == .symbolicLink ? try readTarget(of: descriptor, path: path) : []
        guard var observed = status.observed(target: target, preserving: preserved) else { return .special }
        observed.entry.attributes = try attributes(of: descriptor, observed.entry.kind, path: path, preserved)
        return .present(observed)
    }

    /// The attributes of something open, where they are asked for and it can have any.
    func attributes(
        of descriptor: Descriptor, _ kind: Entry.Kind, path: RelativePath?, _ preserved: Set<Preserve>
    ) throws(FileError) -> Attributes? {
        guard preserved.contains(.xattrs), kind != .symbolicLink else { return nil }
        return try calls.attributes(of: descriptor, path: path)
    }

    /// Where the symbolic link that is open as `descriptor` points (readlinkat(2) with an empty path).
    private func readTarget(of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> [UInt8] {
        let longest = Int(PATH_MAX)
        var target = [UInt8](repeating: 0, count: longest)
        let length = try calls.make("readlink", path) {
            target.withUnsafeMutableBytes { buffer in
                outcome(linux_readlinkat(descriptor.number, "", buffer.baseAddress, longest))
            }
        }
        target.removeLast(longest - length)
        return target
    }
}

extension SystemCalls {
    /// What the kernel tells about an open descriptor (statx(2) with an empty path).
    func status(of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> linux_status {
        var status = linux_status()
        try make("stat", path) {
            outcome(linux_statx(descriptor.number, "", LINUX_AT_EMPTY_PATH, linux_status.wanted, &status))
        }
        return status
    }

    /// What the kernel tells about a name in an open directory, which is not followed.
    func status(of name: UnsafePointer<CChar>, in directory: Descriptor) throws(FileError) -> linux_status {
        var status = linux_status()
        try make("stat", nil) {
            outcome(linux_statx(directory.number, name, AT_SYMLINK_NOFOLLOW, linux_status.wanted, &status))
        }
        return status
    }
}

extension linux_status {
    /// All that an `Observed` is made of.
    static let wanted = UInt32(STATX_BASIC_STATS | STATX_BTIME)

    /// The device number in one word.
    var device: UInt64 { UInt64(stx_dev_major) << 32 | UInt64(stx_dev_minor) }

    /// What kind of entry it is; nil for what is not mirrored.
    var kind: Entry.Kind? {
        switch Int32(stx_mode) & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        case S_IFLNK: .symbolicLink
        default: nil
        }
    }

    /// The entry with what tells whether it has changed; nil for what is not mirrored. `target` is where a symbolic link
    /// points.
    func observed(target: [UInt8] = [], preserving preserved: Set<Preserve> = []) -> Observed? {
        let modified = Timestamp(stx_mtime)
        let mode = stx_mode & 0o7777
        var entry: Entry
        switch kind {
        case .file: entry = .file(size: stx_size, digest: nil, mode: mode, modified: modified)
        case .directory: entry = .directory(mode: mode, modified: modified)
        case .symbolicLink: entry = .symbolicLink(target: target, modified: modified)
        case nil: return nil
        }
        if preserved.contains(.owner) { entry.owner = Owner(user: stx_uid, group: stx_gid) }
        let tellsBirth = stx_mask & UInt32(STATX_BTIME) != 0
        let born = tellsBirth ? Timestamp(stx_btime) : Timestamp(seconds: 0)
        var observed = Observed(
            entry: entry, identity: SyncboxCore.Identity(inode: stx_ino, born: born), changed: Timestamp(stx_ctime))
        if kind == .file { observed.links = stx_nlink }
        return observed
    }
}

extension Timestamp {
    fileprivate init(_ time: statx_timestamp) {
        self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }
}
