// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What one part of a daemon tells of itself: that it gets on with its work, or that it has none.
///
///     pulse.beat()                            // work came in
///     for chunk in chunks { ...; pulse.beat() }
///     pulse.rest()                            // waits for the next event, however long that takes
///
/// Any thread or task may call these; they never wait. One pulse belongs to one line of work: where several go on at
/// once, each has its own, for one that gets on would hide another that hangs.
package final class Pulse: Sendable {
    /// What the log calls the part: `commit`, `watch`.
    package let name: String
    private let patience: Duration
    private let now: @Sendable () -> SuspendingClock.Instant
    /// nil while the part rests.
    private let work: Mutex<Work?> = Mutex(nil)

    /// When the part last got on, and when it has to again.
    private struct Work {
        var lastBeat: SuspendingClock.Instant
        var due: SuspendingClock.Instant
    }

    /// A part at rest, which when it works may take up to `patience` from one beat to the next.
    init(name: String, patience: Duration, now: @escaping @Sendable () -> SuspendingClock.Instant) {
        self.name = name
        self.patience = patience
        self.now = now
    }

    /// The part works, and has just got on. Its next beat (or rest) may take up to the watchdog's interval.
    package func beat() {
        beat(nextWithin: patience)
    }

    /// The same ahead of a single step that may honestly take longer than the watchdog's interval, as a sync of a slow
    /// disk does: the next beat may take as long as `limit`.
    package func beat(nextWithin limit: Duration) {
        let instant = now()
        work.withLock { $0 = Work(lastBeat: instant, due: instant.advanced(by: limit)) }
    }

    /// The part has nothing to do.
    package func rest() {
        work.withLock { $0 = nil }
    }

    /// How long the part has not got on, when that is longer than it may be; nil while all is well.
    func silence() -> Duration? {
        let instant = now()
        return work.withLock { work in
            work.flatMap { $0.due < instant ? $0.lastBeat.duration(to: instant) : nil }
        }
    }

    /// Whether the part rests.
    var isResting: Bool { work.withLock { $0 == nil } }
}
