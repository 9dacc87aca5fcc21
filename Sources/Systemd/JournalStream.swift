// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Tells whether a descriptor leads to the journal, by the device and inode in `$JOURNAL_STREAM` (systemd.exec(5)).
package struct JournalStream: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// Reads `DEVICE:INODE`, both in decimal; nil for anything else.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
        self.device = device
        self.inode = inode
    }

    /// Whether `descriptor` is this file, by fstat(2). The variable is inherited, so it alone proves nothing: a shell
    /// started by a service may have redirected its output.
    package func isConnected(to descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
