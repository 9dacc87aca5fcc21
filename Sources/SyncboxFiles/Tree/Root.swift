// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The open directory that a tree of files lies below: a source or a destination.
///
/// Every access is relative to the descriptor, by openat2(2) with `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
/// RESOLVE_NO_MAGICLINKS`, so that no path, whoever chose it and whatever is moved meanwhile, leads out of the tree.
/// Mount points inside the tree are passed. Every call blocks.
package final class Root: Sendable {
    /// Which directory of the machine it is.
    package struct Identity: Hashable, Sendable {
        /// The file system's device number (`stx_dev`).
        package let device: UInt64
        /// The directory's inode number.
        package let inode: UInt64
    }

    /// Which directory is open. While it is, no other directory can get the same identity.
    package let identity: Identity

    /// What a look asks for beyond content, mode and modification time.
    package let preserved: Set<Preserve>

    let directory: Descriptor
    let calls: SystemCalls
    private let place: String

    /// Opens the directory at `place`, an absolute path; symbolic links on the way are the operator's and are followed.
    /// Looks tell what is `preserved`. `faults` makes calls fail, in tests. Throws `.notFound`, `.notDirectory`, `.permission` and whatever open(2) reports.
    package init(opening place: String, preserving preserved: Set<Preserve> = [], faults: FaultPlan? = nil)
        throws(FileError)
    {
        let calls = SystemCalls(faults: faults)
        directory = try calls.open(.root) { outcome(linux_open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
        let status = try calls.status(of: directory, path: .root)
        identity = Identity(device: status.device, inode: status.stx_ino)
        self.calls = calls
        self.preserved = preserved
        self.place = place
    }

    /// Takes an open directory of `root`'s tree as a root of its own, which no path leads out of. What its place is called is
    /// not known: it never `stillStands()`.
    init(_ directory: Descriptor, of root: Root) throws(FileError) {
        let status = try root.calls.status(of: directory, path: nil)
        identity = Identity(device: status.device, inode: status.stx_ino)
        self.directory = directory
        calls = root.calls
        preserved = root.preserved
        place = ""
    }

    /// Whether the place that was opened still leads to this very directory. False once it is unmounted, mounted over,
    /// renamed, removed or replaced, and when that can't be told: then nothing here is evidence for a deletion.
    package func stillStands() -> Bool {
        var status = linux_status()
        let mask = UInt32(STATX_INO | STATX_TYPE)
        guard linux_statx(AT_FDCWD, place, 0, mask, &status) == 0 else { return false }
        return Identity(device: status.device, inode: status.stx_ino) == identity
    }

    /// Opens `path`, confined. `flags` are open(2)'s; close-on-exec comes with them.
    func open(_ path: RelativePath, _ flags: Int32, resolve extra: Int32 = 0) throws(FileError) -> Descriptor {
        try calls.open(path) { path.withCString { confined(directory.number, $0, flags, extra) } }
    }

    /// Opens `name` in an open directory, confined.
    func open(
        _ name: some Collection<UInt8>, in directory: Descriptor, _ flags: Int32, path: RelativePath?,
        resolve extra: Int32 = 0
    ) throws(FileError) -> Descriptor {
        try calls.open(path) { withName(name) { confined(directory.number, $0, flags, extra) } }
    }

    /// The directory that holds `path`, as a place to work in: it can be neither read nor synced. Throws `.isDirectory`
    /// for the root, which nothing in the tree holds.
    func openParent(of path: RelativePath) throws(FileError) -> Descriptor {
        guard let parent = path.parent else { throw FileError(.isDirectory, operation: "open", path: path) }
        return parent.isRoot ? directory : try open(parent, LINUX_O_PATH | O_DIRECTORY)
    }
}

/// openat2(2) that can't leave `directory`; the result or the negated errno.
private func confined(_ directory: Int32, _ path: UnsafePointer<CChar>, _ flags: Int32, _ extra: Int32) -> Int {
    let confinement = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | extra
    return outcome(
        linux_openat2(directory, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), 0, UInt64(confinement)))
}
