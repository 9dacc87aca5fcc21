// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("Freshness") struct FreshnessTests {
    @Test(
        "An instant is told as seconds with nine decimals",
        arguments: [
            (Timestamp(seconds: 0), "0.000000000"),
            (Timestamp(seconds: 1_700_000_000, nanoseconds: 5), "1700000000.000000005"),
            (Timestamp(seconds: -2, nanoseconds: 750_000_000), "-1.250000000"),
            (Timestamp(seconds: -1, nanoseconds: 750_000_000), "-0.250000000"),
            (Timestamp(seconds: -3), "-3.000000000"),
        ])
    func decimal(instant: Timestamp, text: String) {
        #expect(instant.decimalText == text)
        #expect(Timestamp(decimal: text) == instant)
    }

    @Test("It never moves backwards; when it was told does what the server's clock does")
    func latest() {
        func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }
        var known = Freshness.latest(nil, at(10), received: at(100))
        #expect(known == Freshness(instant: at(10), received: at(100)))
        known = Freshness.latest(known, at(5), received: at(90))
        #expect(known == Freshness(instant: at(10), received: at(90)))
        known = Freshness.latest(known, at(11), received: at(91))
        #expect(known == Freshness(instant: at(11), received: at(91)))
    }
}
