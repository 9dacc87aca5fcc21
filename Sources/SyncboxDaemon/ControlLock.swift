// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SyncboxCore

/// The right to serve a control socket: an exclusive flock(2) on the file `control.lock` beside it, held until the
/// value goes away or the process ends, however it ends.
///
/// Without it a second daemon would take the first one's socket away unnoticed, for to bind a Unix socket anew means to
/// delete its file.
final class ControlLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, without waiting. Throws `unavailable` when another process has it, `cannotCreate` when the file
    /// cannot be opened.
    init(path: String) throws(FatalError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw FatalError(
                .cannotCreate, "cannot open \(path): \(String(cString: strerror(linux_errno())))",
                remedy: "the daemon needs to write in that directory; RuntimeDirectory= in its unit makes one")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = linux_errno()
            close(descriptor)
            throw reason == EWOULDBLOCK
                ? FatalError(
                    .unavailable, "another daemon holds \(path)", remedy: "stop it, or run one of them elsewhere")
                : FatalError(.operatingSystem, "cannot lock \(path): \(String(cString: strerror(reason)))")
        }
    }

    deinit {
        // Closing alone would leave the lock to a child process that has been forked and not yet executed its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
