// SPDX-License-Identifier: Apache-2.0

import CLinux

/// An open file descriptor that closes itself when nobody holds it any more.
///
/// The result of close(2) is not looked at: what was written is made sure of by syncing, which reports every error.
package final class Descriptor: Sendable {
    /// The number, valid as long as this object lives.
    package let number: Int32

    /// Takes over `number`, which is open and nobody else's.
    package init(owning number: Int32) {
        precondition(number >= 0, "only an open descriptor can be owned")
        self.number = number
    }

    deinit {
        close(number)
    }

    /// A path that leads to what is open here, whatever its name has become (proc(5), `/proc/self/fd`).
    var magicPath: String { "/proc/self/fd/\(number)" }
}
