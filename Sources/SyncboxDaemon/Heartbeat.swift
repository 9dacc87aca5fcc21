// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import ServiceLifecycle
import SyncboxCore
import Synchronization
import Systemd

/// Tells the service manager's watchdog that the daemon is alive, for as long as it is.
///
/// A ping that came from a timer alone would prove that timers work. So it is sent, at half of the unit's
/// `WatchdogSec=`, only while no part is silent beyond its time. What that finds:
///
/// - A thread stuck in a system call (a dead network mount, a disk that does not answer): its pulse beat when the work
///   came in and beats no more. The pings come from a thread of their own, which is never inside such a call, so that
///   they are withheld on purpose rather than by accident.
/// - Actors that wait for each other, a continuation that is never resumed, a lost wake-up: the same, as long as the
///   part said that it has work. A part that rests is believed.
/// - All threads of the cooperative pool blocked or spinning: each tick puts a task into the pool that only answers; a
///   pool that does not run it within the interval is silent like any other part.
/// - A process that is stopped, out of memory or spinning in a signal handler: no thread runs, no ping is sent.
///
/// From a part's last beat it takes at most two and a half intervals until the manager acts: one until the beat is
/// overdue, half of one until that is seen, one since the last ping. When the part gets on again before that, so do the
/// pings.
package final class Heartbeat: Service {
    /// How long a part may be silent where no watchdog says otherwise.
    package static let defaultPatience = Duration.seconds(30)

    private let interval: Duration?
    private let notifier: Notifier
    private let logger: Logger
    private let now: @Sendable () -> SuspendingClock.Instant
    private let pulses: Mutex<[Pulse]>
    private let pool: Pulse
    private let state = Mutex(State())

    /// What the ticks have seen so far.
    private struct State {
        var isRunning = false
        /// The parts that were silent at the last tick.
        var silent: [String] = []
    }

    /// `interval` is nil where nobody watches. `now` is a clock that stands still while the machine is suspended, as
    /// the manager's own does: nobody gets on in that time.
    package init(
        interval: Duration?, notifier: Notifier, logger: Logger,
        now: @escaping @Sendable () -> SuspendingClock.Instant = { SuspendingClock.now }
    ) {
        self.interval = interval
        self.notifier = notifier
        self.logger = logger
        self.now = now
        pool = Pulse(name: "cooperative thread pool", patience: interval ?? Self.defaultPatience, now: now)
        pulses = Mutex([pool])
    }

    /// Registers a part, at rest.
    package func pulse(_ name: String) -> Pulse {
        let pulse = Pulse(name: name, patience: interval ?? Self.defaultPatience, now: now)
        pulses.withLock { $0.append(pulse) }
        return pulse
    }

    /// Ticks on a thread of its own until the shutdown; only waits where nobody watches. The thread sees the end at its
    /// next tick, or ends with the process.
    package func run() async throws {
        if let interval {
            state.withLock { $0.isRunning = true }
            try startThread(named: "heartbeat") { [self] in
                while state.withLock(\.isRunning) {
                    tick()
                    sleepThread(for: interval / 2)
                }
            }
        }
        defer { state.withLock { $0.isRunning = false } }
        try await gracefulShutdown()
    }

    /// Pings if all is well, and logs who fell silent or got on again.
    package func tick() {
        let silences = pulses.withLock { $0 }.compactMap { pulse in
            pulse.silence().map { (name: pulse.name, duration: $0) }
        }
        // The log may block when the journal hangs, so the ping goes first.
        if silences.isEmpty { notifier.alive() }
        askPool()
        let before = state.withLock { state in
            defer { state.silent = silences.map(\.name) }
            return state.silent
        }
        for (name, duration) in silences where !before.contains(name) {
            logger.log(
                .silent, .error,
                "no progress in the \(name) for \(duration.components.seconds) s; the watchdog is not pinged",
                metadata: ["part": "\(name)"])
        }
        for name in before where !silences.contains(where: { $0.name == name }) {
            logger.notice("the \(name) gets on again")
        }
    }

    /// Whether the cooperative pool has run what the last tick put into it.
    package var isPoolAnswering: Bool { pool.isResting }

    /// Puts a task into the cooperative pool unless the last one still waits there. It belongs to nobody: that it runs,
    /// and when, is all that it is for.
    private func askPool() {
        guard isPoolAnswering else { return }
        pool.beat()
        Task.detached { [pool] in pool.rest() }
    }
}
