// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite struct RateMeterTests {
    private let start = ContinuousClock.now

    @Test("Only the last ten seconds count, and a rest is none of them")
    func window() {
        var meter = RateMeter<ContinuousClock.Instant>()
        var counters = EngineCounters()
        #expect(meter.rate(of: counters, at: start) == (0, 0))
        meter.note(counters, at: start)
        for second in 1...20 {
            counters.changes += 50
            counters.bytesSent += 1_000
            meter.note(counters, at: start + .seconds(second))
        }
        #expect(meter.rate(of: counters, at: start + .seconds(20)) == (50, 1_000))
        #expect(meter.rate(of: counters, at: start + .seconds(25)) == (25, 500))
        #expect(meter.rate(of: counters, at: start + .seconds(3_600)) == (0, 0))
        counters.changes += 100
        #expect(meter.rate(of: counters, at: start + .seconds(3_600)).changes == 10)
    }

    @Test("What is noted more often than once a second takes no room and loses nothing")
    func often() {
        var meter = RateMeter<ContinuousClock.Instant>()
        var counters = EngineCounters()
        for tick in 0..<1_000 {
            counters.changes += 1
            meter.note(counters, at: start + .milliseconds(tick))
        }
        #expect(meter.rate(of: counters, at: start + .seconds(10)).changes == 99.9)
    }
}
