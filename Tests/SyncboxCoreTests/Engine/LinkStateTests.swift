// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("The link's backoff") struct LinkStateTests {
    private let start = ContinuousClock.now
    private let retry = RetryPolicy(first: .milliseconds(100), longest: .seconds(1), attempts: 2)

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start.advanced(by: .milliseconds(milliseconds)) }

    @Test("Failures double the wait up to the longest, for ever, and one success ends it")
    func backsOff() {
        var link = LinkState<ContinuousClock.Instant>(retry: retry)
        var now = 0
        for wait in [100, 200, 400, 800, 1000, 1000, 1000] {
            #expect(link.isOpen(at: at(now)))
            _ = link.failed("away", at: at(now), chance: 0)
            #expect(!link.isOpen(at: at(now + wait - 1)))
            now += wait
        }
        let wasDown = link.succeeded()
        #expect(wasDown && link.isOpen(at: at(0)) && link.reason == nil)
        let isNews = link.succeeded()
        #expect(!isNews, "only the first success is news")
    }

    @Test("Only a new reason is worth a line in the log")
    func tellsOnce() {
        var link = LinkState<ContinuousClock.Instant>(retry: retry)
        let news = ["away", "away", "the key is refused"].map { link.failed($0, at: at(0), chance: 0) }
        #expect(news == [true, false, true])
    }
}
