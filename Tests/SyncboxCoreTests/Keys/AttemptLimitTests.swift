// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct AttemptLimitTests {
    private typealias Limit = AttemptLimit<ContinuousClock.Instant>
    private let start = ContinuousClock.now

    @Test("Twenty failures are refused, further ones wait for the window's end, and then it begins anew")
    func failures() {
        var limit = Limit()
        for number in 1...25 {
            let wait = limit.fail("a", guess: nil, at: start + .seconds(number))
            #expect(wait == (number <= 20 ? nil : .seconds(61 - number)))
        }
        #expect(limit.fail("b", guess: nil, at: start + .seconds(30)) == nil)
        #expect(limit.fail("a", guess: nil, at: start + .seconds(61)) == nil)
    }

    @Test("A valid key waits only where many different ones were guessed")
    func guesses() {
        var limit = Limit()
        for _ in 1...100 { _ = limit.fail("a", guess: 7, at: start) }
        #expect(limit.wait("a", at: start) == nil)
        for number in 1...20 {
            #expect(limit.wait("b", at: start) == nil)
            _ = limit.fail("b", guess: number, at: start)
        }
        #expect(limit.wait("b", at: start + .seconds(10)) == .seconds(50))
        #expect(limit.wait("b", at: start + .seconds(60)) == nil)
    }

    @Test("However many addresses there are, only so many are kept in mind")
    func addresses() {
        var limit = Limit()
        for number in 0..<5_000 {
            for _ in 1...21 { _ = limit.fail("\(number)", guess: nil, at: start) }
        }
        #expect(limit.fail("4999", guess: nil, at: start) == Limit.window)
        #expect(limit.fail("0", guess: nil, at: start) == nil)
    }
}
