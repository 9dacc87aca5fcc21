// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Bringing directories and symbolic links back into somebody's tree. What is made belongs to the owner of the directory that
/// holds it, as far as this process may give it away.
extension Root {
    /// Makes the directories above `path` that are missing, readable for everybody as far as the umask lets them be. Throws
    /// `.exists` where something else is on the way.
    package func makeDirectories(above path: RelativePath) throws(FileError) {
        for directory in path.ancestors where !directory.isRoot { try restoreDirectory(directory) }
    }

    /// Makes `path` a directory. Whether it was missing; throws `.exists` where something else is there.
    @discardableResult
    package func restoreDirectory(_ path: RelativePath) throws(FileError) -> Bool {
        let parent = try openParent(of: path)
        do throws(FileError) {
            try calls.make("mkdir", path) { withName(path.name) { outcome(mkdirat(parent.number, $0, 0o755)) } }
        } catch  where error.code == .exists {
            let there = try open(path.name, in: parent, LINUX_O_PATH | O_NOFOLLOW, path: path)
            guard try calls.status(of: there, path: path).kind == .directory else { throw error }
            return false
        }
        try adopt(open(path.name, in: parent, LINUX_O_PATH | O_NOFOLLOW, path: path), in: parent, path: path)
        return true
    }

    /// Gives a directory that was made its mode and time, once everything in it is in place.
    package func finishDirectory(_ entry: Entry, at path: RelativePath) throws(FileError) {
        let there = try open(path, LINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW)
        try setMode(entry.restoredMode, of: there, path: path)
        try setModified(entry.modified, of: there, path: path)
    }

    /// Makes `path` a symbolic link. Throws as `RestoredFile.finish` does.
    package func restoreLink(_ entry: Entry, at path: RelativePath, replacing: Bool) throws(FileError) {
        let parent = try openParent(of: path)
        let name = Self.freshName()
        try calls.make("symlink", path) {
            withName(entry.target) { target in withName(name) { outcome(symlinkat(target, parent.number, $0)) } }
        }
        do throws(FileError) {
            let link = try open(name, in: parent, LINUX_O_PATH | O_NOFOLLOW, path: path)
            try adopt(link, in: parent, path: path)
            try setModified(entry.modified, of: link, path: path)
        } catch {
            _ = try? unlink(name, in: parent, path: path)
            throw error
        }
        try publish(name, at: path, in: parent, replacing: replacing)
    }

    /// Renames what is whole to its place; where that fails it is removed.
    func publish(
        _ name: [UInt8], at path: RelativePath, in parent: Descriptor, replacing: Bool
    ) throws(FileError) {
        do throws(FileError) {
            let flags = replacing ? 0 : LINUX_RENAME_NOREPLACE
            try rename(name, in: parent, to: path.name, in: parent, flags: flags, path: path)
        } catch {
            _ = try? unlink(name, in: parent, path: path)
            throw error
        }
    }

    /// Gives something open the owner and group of the directory that holds it, if this process is root's.
    func adopt(_ descriptor: Descriptor, in parent: Descriptor, path: RelativePath) throws(FileError) {
        guard geteuid() == 0 else { return }
        let status = try calls.status(of: parent, path: path)
        try calls.make("chown", path) {
            outcome(fchownat(descriptor.number, "", status.stx_uid, status.stx_gid, LINUX_AT_EMPTY_PATH))
        }
    }

    /// A name that nobody else chooses. It ends like what most clients ignore.
    static func freshName() -> [UInt8] {
        Array(".syncbox-restore-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).tmp".utf8)
    }
}
