// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("The pace of an audit") struct PaceTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start.advanced(by: .milliseconds(milliseconds)) }

    @Test("Work that takes no time of its own goes at the rate")
    func rate() {
        var pace = Pace(rate: 1000, from: start)
        var now = start
        for _ in 0..<100 { now = now.advanced(by: pace.spend(100, at: now)) }
        #expect(start.duration(to: now) == .seconds(10))
    }

    @Test("Slow work never rests, and a long pause is not made up for")
    func slow() {
        var pace = Pace(rate: 1000, from: start)
        for second in 1...10 {
            let rest = pace.spend(900, at: at(second * 1000))
            #expect(rest < .seconds(1))
        }
        let rest = pace.spend(1000, at: at(1_000_000))
        #expect(rest == .milliseconds(900))
    }

    @Test("Rests that are not worth it are saved up")
    func slack() {
        var pace = Pace(rate: 1000, from: start)
        let rests = (1...3).map { _ in pace.spend(10, at: start) }
        #expect(rests == [.zero, .zero, .milliseconds(30)])
    }
}
