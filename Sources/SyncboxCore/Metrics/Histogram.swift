// SPDX-License-Identifier: Apache-2.0

/// How often something took how long: a count for each of a few fixed bounds. Observing allocates nothing.
package struct Histogram: Hashable, Sendable {
    /// The upper bounds, in nanoseconds: from half a millisecond, a good sync, to five minutes.
    private static let bounds: [UInt64] = [
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000, 60_000_000_000,
        300_000_000_000,
    ]

    /// How many lie at or below each bound and above the one before; the last ones lie above all.
    private var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// The sum of all, in nanoseconds.
    private var sum: UInt64 = 0

    /// Nothing was observed.
    package init() {}

    /// Counts one that took `duration`; a negative one counts as none.
    package mutating func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let most = Int64.max / 1_000_000_000 - 1
        let nanoseconds = UInt64(max(0, min(seconds, most) * 1_000_000_000 + attoseconds / 1_000_000_000))
        counts[Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count] += 1
        sum &+= nanoseconds
    }

    /// How many were observed.
    package var count: UInt64 { counts.reduce(0, +) }

    /// How long all of them took together.
    package var total: MetricValue { MetricValue(nanoseconds: sum) }

    /// Each bound, in seconds, with how many lie at or below it; the last one is `+Inf`, with all.
    package var cumulative: [(bound: String, count: UInt64)] {
        var sum: UInt64 = 0
        let names = Self.bounds.map { MetricValue(nanoseconds: $0).text } + ["+Inf"]
        return zip(names, counts).map { name, count in
            sum += count
            return (name, sum)
        }
    }
}
