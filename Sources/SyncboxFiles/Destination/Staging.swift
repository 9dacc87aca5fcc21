// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// The private directory of a destination in which everything is made ready before it gets its name.
///
/// It lies in the destination itself, so that giving a name is one rename(2). Holding it means holding the destination: no
/// second server can. What a crash left behind is swept away when it is opened. Every call blocks.
///
///     <destination>/.syncbox/lock          flock(2), held while this object lives
///     <destination>/.syncbox/staging/      t-R-N: staged entries and what they displaced;  u-ID: uploads;
///                                          i-t-R-N: notes of what is about to be published;  mark: see `mark()`
///     <destination>/.syncbox/trash/        what is kept of what was removed: see `Trash`
package final class Staging: Sendable {
    /// The name at the top of a destination that is Syncbox's own and never mirrored.
    package static let reservedName = RelativePath.reservedName

    let root: Root
    let directory: Descriptor
    private let lock: Descriptor
    /// Differs from that of every Staging before, whose names a sweep still meets.
    private let prefix = "t-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))-"
    private let lastNumber = Atomic<UInt64>(0)

    /// Takes the destination, and removes everything that is staged in it but the uploads named by `uploads` and the notes
    /// of what was about to be published, and its mark.
    ///
    /// Throws `.busy` when another process has the destination, and what making the directories reports.
    package init(in root: Root, keeping uploads: Set<UploadID>) throws(FileError) {
        let own = try root.openPrivate(Self.reservedName, in: root.directory)
        lock = try root.takeLock(in: own)
        directory = try root.openPrivate(Array("staging".utf8), in: own)
        self.root = root
        try sweep(keeping: Set(uploads.map { Self.name(of: $0) }))
    }

    deinit {
        // A child process that was forked and has not yet executed its program would keep the lock.
        flock(lock.number, LOCK_UN)
    }

    /// Removes what was made ready, or was displaced, and is not needed. Below a directory everything goes; a mount point in it
    /// is left and thrown as `.busy`.
    package func remove(_ staged: StagedEntry) throws(FileError) {
        try removeTree(staged.name)
    }

    /// Removes what is at a name of another directory of the same file system, with everything below it. After a crash it is
    /// either still there, or swept away with what is staged.
    func remove(_ name: [UInt8], in parent: Descriptor) throws(FileError) {
        let fresh = freshName()
        try root.rename(name, in: parent, to: fresh, in: directory, flags: 0, path: nil)
        try removeTree(fresh)
    }

    /// A name that nothing in the directory has.
    func freshName() -> [UInt8] {
        Array((prefix + String(lastNumber.add(1, ordering: .relaxed).newValue)).utf8)
    }

    /// The name of an upload's content.
    static func name(of upload: UploadID) -> [UInt8] {
        Array("u-\(upload.text)".utf8)
    }

    private func isKept(_ name: [UInt8]) -> Bool {
        Self.isIntent(name) || name == Self.markName
    }

    private func sweep(keeping names: Set<[UInt8]>) throws(FileError) {
        for name in try root.names(in: directory) where !names.contains(name) && !isKept(name) {
            try removeTree(name)
        }
    }

    /// Removes a name of the directory with everything below it, with two descriptors however deep that is: every
    /// directory found below is first renamed to the top, which also makes a sweep after a crash go on from there.
    private func removeTree(_ name: [UInt8]) throws(FileError) {
        var remaining = [name]
        while let next = remaining.last {
            if try root.unlink(next, in: directory, path: nil) != .directory {
                remaining.removeLast()
            } else {
                let inside = try moveSubdirectoriesUp(from: next)
                if inside.isEmpty {
                    try root.removeDirectory(next, in: directory, path: nil)
                    remaining.removeLast()
                }
                remaining += inside
            }
        }
    }

    /// Removes the files of a directory and moves its directories to the top; returns their new names.
    private func moveSubdirectoriesUp(from name: [UInt8]) throws(FileError) -> [[UInt8]] {
        let place = try root.open(name, in: directory, LINUX_O_PATH | O_DIRECTORY, path: nil, resolve: RESOLVE_NO_XDEV)
        try root.setMode(0o700, of: place, path: nil)
        let opened = try root.open(name, in: directory, O_RDONLY | O_DIRECTORY, path: nil, resolve: RESOLVE_NO_XDEV)
        var moved: [[UInt8]] = []
        for inner in try root.names(in: opened) where try root.unlink(inner, in: opened, path: nil) == .directory {
            let innerPlace = try root.open(
                inner, in: opened, LINUX_O_PATH | O_DIRECTORY, path: nil, resolve: RESOLVE_NO_XDEV)
            // Who isn't root must be able to write to a directory to give it another parent.
            try root.setMode(0o700, of: innerPlace, path: nil)
            let fresh = freshName()
            try root.rename(inner, in: opened, to: fresh, in: directory, flags: 0, path: nil)
            moved.append(fresh)
        }
        return moved
    }
}

/// Something that stands in the staging directory: made ready for a name, or displaced from one.
package struct StagedEntry: Sendable {
    /// Its name in the staging directory.
    let name: [UInt8]
    /// What it is.
    package let kind: Entry.Kind
    /// The open file, where it was asked for, so that it can be synced by itself.
    let descriptor: Descriptor?
    /// What it goes without; nil where it has all that was asked for.
    package var shortfall: Shortfall?
}

extension Root {
    /// Opens a directory that only this user may enter, and makes it where it is missing.
    func openPrivate(_ name: [UInt8], in parent: Descriptor) throws(FileError) -> Descriptor {
        do throws(FileError) {
            try calls.make("mkdir", nil) { withName(name) { outcome(mkdirat(parent.number, $0, 0o700)) } }
        } catch  where error.code == .exists {}
        return try open(name, in: parent, O_RDONLY | O_DIRECTORY, path: nil)
    }

    /// Takes the lock of a destination. Throws `.busy` when another process has it (flock(2)).
    fileprivate func takeLock(in own: Descriptor) throws(FileError) -> Descriptor {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
        let file = try calls.open(nil) { outcome(linux_openat(own.number, "lock", flags, 0o600)) }
        try calls.make("lock", nil) { outcome(flock(file.number, LOCK_EX | LOCK_NB)) }
        return file
    }

    /// The names in an open directory, which is read from its start.
    func names(in directory: Descriptor) throws(FileError) -> [[UInt8]] {
        try calls.make("list", nil) { outcome(Int(lseek(directory.number, 0, SEEK_SET))) }
        var found: [[UInt8]] = []
        try calls.readDirectory(directory, path: nil) { names in
            for name in names { found.append(name.bytes) }
        }
        return found
    }
}
