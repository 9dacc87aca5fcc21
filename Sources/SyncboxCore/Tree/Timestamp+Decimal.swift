// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// Seconds with nine decimals, `1700000000.250000000`: what `init(decimal:)` reads.
    package var decimalText: String {
        // Decimals go on in the direction of the sign: -1.25 lies before -1.
        let isBefore = seconds < 0 && nanoseconds > 0
        let fraction = isBefore ? 1_000_000_000 - nanoseconds : nanoseconds
        let digits = String(fraction)
        let sign = isBefore && seconds == -1 ? "-" : ""
        return "\(sign)\(isBefore ? seconds + 1 : seconds)."
            + String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }

    /// Reads seconds with up to nine decimals, as `stat -c %.Y` and `date +%s.%N` print them; nil for anything else.
    package init?(decimal text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int64(parts[0]) else { return nil }
        let decimals = parts.count > 1 ? parts[1] : "0"
        guard (1...9).contains(decimals.utf8.count), let fraction = UInt32(decimals) else { return nil }
        let nanoseconds = fraction * (decimals.utf8.count..<9).reduce(1) { scale, _ in scale * 10 }
        // Decimals go on in the direction of the sign: -1.25 lies before -1.
        guard parts[0].hasPrefix("-"), nanoseconds > 0 else {
            self.init(seconds: whole, nanoseconds: nanoseconds)
            return
        }
        guard whole > .min else { return nil }
        self.init(seconds: whole - 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }
}
