// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The calls that change names and attributes, each on a single name in an open directory or on something open, so that
/// there is no path that could lead elsewhere.
extension Root {
    /// rename(2) with renameat2(2)'s flags.
    func rename(
        _ old: some Collection<UInt8>, in oldParent: Descriptor, to new: some Collection<UInt8>,
        in newParent: Descriptor,
        flags: Int32, path: RelativePath?
    ) throws(FileError) {
        try calls.make("rename", path) {
            withName(old) { old in
                withName(new) { new in
                    outcome(linux_renameat2(oldParent.number, old, newParent.number, new, UInt32(flags)))
                }
            }
        }
    }

    /// What `unlink` did.
    enum Unlinked {
        case removed, absent, directory
    }

    /// Removes a name that is no directory (unlink(2)).
    func unlink(
        _ name: some Collection<UInt8>, in parent: Descriptor, path: RelativePath?
    ) throws(FileError) -> Unlinked {
        do throws(FileError) {
            try calls.make("unlink", path) { withName(name) { outcome(unlinkat(parent.number, $0, 0)) } }
            return .removed
        } catch {
            switch error.code {
            case .notFound: return .absent
            case .isDirectory: return .directory
            default: throw error
            }
        }
    }

    /// Removes an empty directory (rmdir(2)).
    func removeDirectory(
        _ name: some Collection<UInt8>, in parent: Descriptor, path: RelativePath?
    ) throws(FileError) {
        try calls.make("rmdir", path) { withName(name) { outcome(unlinkat(parent.number, $0, AT_REMOVEDIR)) } }
    }

    /// Sets the mode of something open, which may be open with O_PATH and unreadable: `/proc/self/fd` leads to it and to
    /// nothing else (fchmodat2(2) does the same since Linux 6.6).
    func setMode(_ mode: UInt16, of descriptor: Descriptor, path: RelativePath?) throws(FileError) {
        try calls.make("chmod", path) { outcome(chmod(descriptor.magicPath, mode_t(mode))) }
    }

    /// Makes something open, be it a symbolic link, the property of whom `entry` says (fchownat(2)); where it says nobody,
    /// nothing is done. Comes before the mode, since it takes set-user-ID and set-group-ID bits away. Returns what may not be.
    func setOwner(_ entry: Entry, of descriptor: Descriptor, path: RelativePath?) throws(FileError) -> Shortfall? {
        guard let owner = entry.owner else { return nil }
        do throws(FileError) {
            try calls.make("chown", path) {
                outcome(fchownat(descriptor.number, "", owner.user, owner.group, LINUX_AT_EMPTY_PATH))
            }
        } catch  where error.code == .permission || error.code == .unsupported {
            // Who may give nothing away may still have made it the right one's.
            let status = try calls.status(of: descriptor, path: path)
            guard status.stx_uid != owner.user || status.stx_gid != owner.group else { return nil }
            return Shortfall(lacking: [.owner], error: error)
        }
        return nil
    }

    /// Sets the modification time of something open, be it a symbolic link; the access time stays (utimensat(2)).
    func setModified(_ modified: Timestamp, of descriptor: Descriptor, path: RelativePath?) throws(FileError) {
        let times = [timespec(tv_sec: 0, tv_nsec: Int(LINUX_UTIME_OMIT)), modified.timespec]
        try calls.make("utime", path) { outcome(utimensat(descriptor.number, "", times, LINUX_AT_EMPTY_PATH)) }
    }
}
