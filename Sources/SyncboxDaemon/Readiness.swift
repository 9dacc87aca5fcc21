// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Systemd

/// Tells the service manager `READY=1` once everything that the daemon waits for is there.
///
///     let listening = context.readiness.require()     // while the daemon is assembled
///     ...
///     listening()                                     // when the socket listens
///
/// So `systemctl start` returns when clients can connect *and* `syncbox status` answers, whichever comes last.
package final class Readiness: Sendable {
    private let missing = Mutex(0)
    private let notifier: Notifier

    package init(notifier: Notifier) {
        self.notifier = notifier
    }

    /// Adds something to wait for. The result is to be called once, when it is there; further calls do nothing.
    /// All requirements are made before the last one is met: while the daemon is assembled.
    package func require() -> @Sendable () -> Void {
        missing.withLock { $0 += 1 }
        let isMet = MetOnce()
        return { [self] in
            if isMet.meet() { meet() }
        }
    }

    /// Whether nothing is missing any more.
    package var isReady: Bool { missing.withLock { $0 == 0 } }

    private func meet() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { notifier.ready() }
    }

    /// One requirement: met once.
    private final class MetOnce: Sendable {
        private let isMet = Mutex(false)

        /// Whether this call is the first.
        func meet() -> Bool {
            isMet.withLock { isMet in
                defer { isMet = true }
                return !isMet
            }
        }
    }
}
