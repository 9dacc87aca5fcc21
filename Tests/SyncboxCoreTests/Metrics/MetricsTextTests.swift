// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct MetricsTextTests {
    @Test("A family is its help, its type, and a line for each sample; what would end a label's value is escaped")
    func family() {
        var text = MetricsText()
        text.counter(
            "a_total", "What is counted.",
            [([], MetricValue(1)), ([("path", "a\"b\\c\nd"), ("kind", "put")], MetricValue(UInt64.max))])
        text.gauge("b", "Nothing.", [])
        #expect(
            text.text == #"""
                # HELP a_total What is counted.
                # TYPE a_total counter
                a_total 1
                a_total{path="a\"b\\c\nd",kind="put"} 18446744073709551615

                """#)
    }

    @Test(
        "Seconds are written exactly, without zeros that say nothing",
        arguments: [
            (0, "0"), (1, "0.000000001"), (500_000, "0.0005"), (1_000_000_000, "1"), (300_000_000_000, "300"),
            (1_250_000_000, "1.25"), (UInt64.max, "18446744073.709551615"),
        ])
    func seconds(nanoseconds: UInt64, text: String) {
        #expect(MetricValue(nanoseconds: nanoseconds).text == text)
    }

    @Test("A histogram counts at or below each bound, and all at the last")
    func histogram() {
        var histogram = Histogram()
        let durations: [Duration] = [
            .zero, .nanoseconds(500_000), .nanoseconds(500_001), .milliseconds(3), .seconds(300), .seconds(301),
            .seconds(-1),
        ]
        for duration in durations { histogram.observe(duration) }
        let counts = Dictionary(uniqueKeysWithValues: histogram.cumulative.map { ($0.bound, $0.count) })
        #expect(counts["0.0005"] == 3)
        #expect(counts["0.001"] == 4)
        #expect(counts["0.0025"] == 4)
        #expect(counts["0.005"] == 5)
        #expect(counts["60"] == 5)
        #expect(counts["300"] == 6)
        #expect(counts["+Inf"] == 7)
        #expect(histogram.count == 7)
        #expect(histogram.total.text == "601.004000001")
        histogram.observe(.seconds(Int64.max))
        #expect(histogram.count == 8)
    }

    @Test("Every change is counted by what it is and what became of it")
    func tally() throws {
        var tally = ChangeTally()
        let path = try RelativePath("a")
        tally.count(.remove(path), .acknowledged)
        tally.count(.remove(path), .acknowledged)
        tally.count(.remove(path), .problem(.busy, ""))
        let counted = tally.samples([("client", "src")]).filter { $0.value != MetricValue(0) }
        #expect(counted.map(\.value) == [MetricValue(2), MetricValue(1)])
        #expect(
            counted.map { $0.labels.map(\.value) } == [
                ["src", "remove", "acknowledged"], ["src", "remove", "problem"],
            ])
        #expect(tally.samples([]).count == 32)
    }
}
