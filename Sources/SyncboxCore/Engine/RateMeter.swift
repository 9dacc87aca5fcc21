// SPDX-License-Identifier: Apache-2.0

/// How many changes and bytes go in a second, over the last ten: what has been done is noted whenever something happens.
package struct RateMeter<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Over how long it is measured.
    private static var window: Duration { .seconds(10) }
    /// The shortest time between two notes.
    private static var gap: Duration { .seconds(1) }

    /// What had been done at an instant.
    private struct Note: Sendable {
        var at: Instant
        var changes: UInt64
        var bytes: UInt64
    }

    /// The oldest first. The first is the last one before the window, if there is one.
    private var notes: [Note] = []

    package init() {}

    /// Notes what has been done at `now`. Cheap, and remembers little however often it is called.
    package mutating func note(_ counters: EngineCounters, at now: Instant) {
        if let last = notes.last, last.at.advanced(by: Self.gap) > now { return }
        notes.append(Note(at: now, changes: counters.changes, bytes: counters.bytesSent))
        while notes.count > 1, notes[1].at.advanced(by: Self.window) <= now { notes.removeFirst() }
    }

    /// How many changes and bytes went in a second of late; `counters` is what has been done at `now`.
    package func rate(of counters: EngineCounters, at now: Instant) -> (changes: Double, bytes: Double) {
        let start = notes.last { $0.at.advanced(by: Self.window) <= now } ?? notes.first
        guard let start, start.at < now else { return (0, 0) }
        // Between two notes that are further apart nothing was done.
        let (seconds, attoseconds) = min(start.at.duration(to: now), Self.window).components
        let elapsed = max(Double(seconds) + Double(attoseconds) / 1e18, 1)
        return (Double(counters.changes - start.changes) / elapsed, Double(counters.bytesSent - start.bytes) / elapsed)
    }
}
