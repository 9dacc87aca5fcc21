// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Wakes threads that wait for it: each signal wakes one wait, now or later (eventfd(2) as a semaphore).
final class WakeUp: Sendable {
    /// For poll(2): readable while a signal is left.
    let descriptor: Descriptor

    /// Throws `.tooManyOpen` when the process has no descriptor left.
    init() throws(FileError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))
        guard number >= 0 else { throw FileError(errno: linux_errno(), operation: "eventfd", path: nil) }
        descriptor = Descriptor(owning: number)
    }

    /// Lets one wait pass.
    func signal() {
        while eventfd_write(descriptor.number, 1) != 0 && linux_errno() == EINTR {}
    }

    /// Blocks until a signal is left, and takes it.
    func wait() {
        var value: eventfd_t = 0
        while eventfd_read(descriptor.number, &value) != 0 && linux_errno() == EINTR {}
    }
}
