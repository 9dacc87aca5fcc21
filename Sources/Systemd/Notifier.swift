// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Tells the service manager what the daemon is doing, by sd_notify(3).
///
/// Every message is one datagram to `$NOTIFY_SOCKET`. Without that variable nothing is sent, so that a daemon started
/// by hand needs no other code. Where the manager cannot be reached nothing is done either: there is nobody to tell,
/// and the manager's own timeouts deal with a service that has fallen silent.
package struct Notifier: Sendable {
    private let send: @Sendable (String) -> Void

    /// Speaks with the service manager of this process.
    package init() {
        self.init { message in sd_notify(0, message) }
    }

    /// Hands every message to `send`, as `NAME=VALUE` lines.
    package init(send: @escaping @Sendable (String) -> Void) {
        self.send = send
    }

    /// The daemon has started, or has finished reloading, and does its work.
    package func ready() {
        send("READY=1")
    }

    /// The daemon began to reload its settings. Another `ready()` ends it. The time stamp lets the manager tell one
    /// reload from the next (systemd 253 and later wait for it; earlier ones ignore it).
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds())")
    }

    /// The daemon began to stop.
    package func stopping() {
        send("STOPPING=1")
    }

    /// What `systemctl status` shows. Of a text of several lines, the breaks become spaces: a line of its own would be
    /// an assignment.
    package func status(_ text: String) {
        send("STATUS=" + String(text.map { $0.isNewline ? " " : $0 }))
    }

    /// The daemon is alive. Due at least once in every `WatchdogInterval`.
    package func alive() {
        send("WATCHDOG=1")
    }

    /// Asks for at least `duration` from now on before the start is taken for hung. To be repeated
    /// while the work goes on.
    package func extendStart(by duration: Duration) {
        send("EXTEND_TIMEOUT_USEC=\(duration.microseconds)")
    }

    private static func monotonicMicroseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}

extension Duration {
    /// Whole microseconds, rounded down.
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
