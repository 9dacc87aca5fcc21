// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension Root {
    /// The room on the file system that holds the root, as fstatvfs(3) tells it. Blocks.
    package func room() throws(FileError) -> FileSystemRoom {
        var status = statvfs()
        try calls.make("fstatvfs", .root) { outcome(fstatvfs(directory.number, &status)) }
        let block = UInt64(status.f_frsize)
        return FileSystemRoom(
            availableBytes: UInt64(status.f_bavail) * block, bytes: UInt64(status.f_blocks) * block,
            availableInodes: UInt64(status.f_favail), inodes: UInt64(status.f_files))
    }
}
