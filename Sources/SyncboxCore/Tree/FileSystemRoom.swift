// SPDX-License-Identifier: Apache-2.0

/// The room on a file system.
package struct FileSystemRoom: Hashable, Sendable {
    /// Bytes that can still be written without privileges.
    package var availableBytes: UInt64
    /// Its size, in bytes.
    package var bytes: UInt64
    /// Entries that can still be made.
    package var availableInodes: UInt64
    /// How many entries it can hold; 0 where it does not count them, as btrfs.
    package var inodes: UInt64

    package init(availableBytes: UInt64, bytes: UInt64, availableInodes: UInt64, inodes: UInt64) {
        self.availableBytes = availableBytes
        self.bytes = bytes
        self.availableInodes = availableInodes
        self.inodes = inodes
    }
}
