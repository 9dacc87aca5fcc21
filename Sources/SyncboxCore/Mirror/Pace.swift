// SPDX-License-Identifier: Apache-2.0

/// Spreads work over time: so many bytes a second, in the mean.
///
/// A pure value: whoever works tells what it did, and rests as long as it is told to.
package struct Pace<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How far ahead of its pace the work may be before it rests: short rests are not worth their timers.
    private static var slack: Duration { .milliseconds(20) }
    /// How much of a pause in the work it may make up for.
    private static var mostSaved: Duration { .milliseconds(100) }

    private let rate: UInt64
    /// When the work done so far is paid for.
    private var paid: Instant

    /// A pace of `rate` bytes a second, from `now` on.
    package init(rate: UInt64, from now: Instant) {
        precondition(rate > 0, "without a pace nothing would ever be done")
        self.rate = rate
        paid = now
    }

    /// Notes that so many bytes were worked off. Answers how long to rest, zero for not at all.
    package mutating func spend(_ bytes: UInt64, at now: Instant) -> Duration {
        let cost = Duration.nanoseconds(Int64(Double(bytes) / Double(rate) * 1_000_000_000))
        paid = max(paid, now.advanced(by: .zero - Self.mostSaved)).advanced(by: cost)
        let ahead = now.duration(to: paid)
        return ahead > Self.slack ? ahead : .zero
    }
}
