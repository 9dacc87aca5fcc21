// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Staging {
    /// Writes a file's content, mode, modification time and what else is preserved under a private name. Nothing is synced. Zeros may become holes.
    ///
    /// `keepingOpen` keeps a descriptor in the result, for syncing this file alone. After an error nothing is left behind.
    package func stage(
        _ content: UnsafeRawBufferPointer, as entry: Entry, keepingOpen: Bool
    ) throws(FileError) -> StagedEntry {
        let name = freshName()
        let file = try create(name)
        do throws(FileError) {
            try root.calls.writeSparsely(file, content, at: 0, path: nil)
            let shortfall = try setMetadata(entry, of: file)
            return StagedEntry(name: name, kind: .file, descriptor: keepingOpen ? file : nil, shortfall: shortfall)
        } catch {
            _ = try? root.unlink(name, in: directory, path: nil)
            throw error
        }
    }

    /// The same for a content held in an array.
    package func stage(_ content: [UInt8], as entry: Entry, keepingOpen: Bool) throws(FileError) -> StagedEntry {
        var result: Result<StagedEntry, FileError>?
        content.withUnsafeBytes { bytes in
            result = Result { () throws(FileError) in try stage(bytes, as: entry, keepingOpen: keepingOpen) }
        }
        guard let result else { preconditionFailure("withUnsafeBytes calls its body") }
        return try result.get()
    }

    /// Makes a symbolic link with its modification time under a private name.
    package func stageLink(_ entry: Entry) throws(FileError) -> StagedEntry {
        let name = freshName()
        try root.calls.make("symlink", nil) {
            withName(entry.target) { target in withName(name) { outcome(symlinkat(target, directory.number, $0)) } }
        }
        let link = try root.open(name, in: directory, LINUX_O_PATH | O_NOFOLLOW, path: nil)
        let shortfall = try root.setOwner(entry, of: link, path: nil)
        try root.setModified(entry.modified, of: link, path: nil)
        return StagedEntry(name: name, kind: .symbolicLink, descriptor: nil, shortfall: shortfall)
    }

    /// Makes an empty directory that only this user may enter, under a private name.
    func stageDirectory() throws(FileError) -> StagedEntry {
        let name = freshName()
        try root.calls.make("mkdir", nil) { withName(name) { outcome(mkdirat(directory.number, $0, 0o700)) } }
        return StagedEntry(name: name, kind: .directory, descriptor: nil)
    }

    /// Makes an empty file that no other user can open.
    func create(_ name: [UInt8]) throws(FileError) -> Descriptor {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return try root.calls.open(nil) { withName(name) { outcome(linux_openat(directory.number, $0, flags, 0o600)) } }
    }

    /// Gives an open file its final owner, attributes, mode and modification time, in this order: writing would change the
    /// time again.
    func setMetadata(_ entry: Entry, of file: Descriptor) throws(FileError) -> Shortfall? {
        let shortfall = try root.setOwner(entry, of: file, path: nil)
            .with(root.setAttributes(entry, of: file, path: nil))
        try root.calls.make("chmod", nil) { outcome(fchmod(file.number, mode_t(entry.mode))) }
        let times = [timespec(tv_sec: 0, tv_nsec: Int(LINUX_UTIME_OMIT)), entry.modified.timespec]
        try root.calls.make("utime", nil) { outcome(futimens(file.number, times)) }
        return shortfall
    }
}

extension SystemCalls {
    /// Writes all of `content` at `offset`.
    func writeFully(
        _ file: Descriptor, _ content: UnsafeRawBufferPointer, at offset: UInt64, path: RelativePath?
    ) throws(FileError) {
        var done = 0
        while done < content.count {
            let rest = UnsafeRawBufferPointer(rebasing: content[done...])
            done += try make("write", path) {
                outcome(pwrite(file.number, rest.baseAddress, rest.count, Int(offset) + done))
            }
        }
    }
}
