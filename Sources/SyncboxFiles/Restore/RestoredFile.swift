// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// A file that is being brought back into somebody's tree. It has no name there until it is whole.
///
/// Where the file system has no nameless files (`O_TMPFILE`), it has a name of its own meanwhile. One thread works on it;
/// every call blocks.
package final class RestoredFile: Sendable {
    private let root: Root
    private let path: RelativePath
    private let parent: Descriptor
    private let file: Descriptor
    /// The name that it has meanwhile; nil for none.
    private let name: [UInt8]?

    /// Begins the file that is to be at `path`, in a directory that exists.
    package init(at path: RelativePath, in root: Root) throws(FileError) {
        self.root = root
        self.path = path
        parent = try root.openParent(of: path)
        do throws(FileError) {
            file = try root.open(path.parent ?? .root, LINUX_O_TMPFILE | O_RDWR)
            name = nil
        } catch  where error.code == .unsupported || error.code == .isDirectory {
            let name = Root.freshName()
            let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            let parent = parent
            file = try root.calls.open(path) {
                withName(name) { outcome(linux_openat(parent.number, $0, flags, 0o600)) }
            }
            self.name = name
        }
    }

    /// Writes a piece at `offset`.
    package func write(_ piece: [UInt8], at offset: UInt64) throws(FileError) {
        try piece.span.bytes.withUnsafeBytes { bytes throws(FileError) in
            try root.calls.writeFully(file, bytes, at: offset, path: path)
        }
    }

    /// Gives the file its mode, its time, the owner of the directory that holds it, and, once it is synced, its name. Throws
    /// `.exists` where something is there, unless that is to be replaced; a directory never is (`.isDirectory`).
    package func finish(as entry: Entry, replacing: Bool) throws(FileError) {
        try root.adopt(file, in: parent, path: path)
        try root.setMode(entry.restoredMode, of: file, path: path)
        let times = [timespec(tv_sec: 0, tv_nsec: Int(LINUX_UTIME_OMIT)), entry.modified.timespec]
        try root.calls.make("utime", path) { outcome(futimens(file.number, times)) }
        try root.fsync(file, path: path)
        if let name { return try root.publish(name, at: path, in: parent, replacing: replacing) }
        do throws(FileError) {
            try link(as: path.name)
        } catch  where error.code == .exists && replacing {
            let name = Root.freshName()
            try link(as: name[...])
            try root.publish(name, at: path, in: parent, replacing: true)
        }
    }

    /// Gives the nameless file a name (linkat(2), through `/proc/self/fd`).
    private func link(as name: ArraySlice<UInt8>) throws(FileError) {
        try root.calls.make("link", path) {
            withName(name) { outcome(linkat(AT_FDCWD, file.magicPath, parent.number, $0, AT_SYMLINK_FOLLOW)) }
        }
    }

    /// Gives up a file that could not be finished: its own name goes, if it has one.
    package func discard() {
        if let name { _ = try? root.unlink(name, in: parent, path: path) }
    }
}

extension Entry {
    /// The mode without set-user-ID and set-group-ID: whose the entry was is not known.
    var restoredMode: UInt16 { mode & 0o1777 }
}
