// SPDX-License-Identifier: Apache-2.0

/// A number as Prometheus reads it, exact where a `Double` would not be.
package struct MetricValue: Hashable, Sendable {
    /// The number in digits.
    package let text: String

    /// A whole number.
    package init(_ number: some BinaryInteger) { text = String(number) }

    /// 1 for true.
    package init(_ flag: Bool) { text = flag ? "1" : "0" }

    /// Seconds, of nanoseconds: `0.0025`, `300`.
    package init(nanoseconds: UInt64) {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else {
            text = String(whole)
            return
        }
        var digits = String(rest)
        digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        text = "\(whole).\(digits)"
    }

    /// An instant: seconds since the epoch.
    package init(_ instant: Timestamp) { text = instant.decimalText }
}
