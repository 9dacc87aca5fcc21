// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite("What can't be seen") struct UnseenPathsTests {
    private let start = ContinuousClock.now
    private func at(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    /// Waits as many seconds as there were failures.
    private func delay(_ failures: Int) -> Duration { .seconds(failures) }

    @Test("Each failure in a row waits longer, for ever, until it is seen")
    func backsOff() throws {
        let path = try RelativePath("a/b")
        var unseen = UnseenPaths()
        var now = 0
        for failures in 1...20 {
            unseen.failed(path, at: at(now), delay: delay)
            #expect(unseen.nextDue == at(now + failures))
            #expect(unseen.takeDue(at: at(now + failures - 1)) == [])
            now += failures
            #expect(unseen.takeDue(at: at(now)) == [path])
            #expect(unseen.takeDue(at: at(now)) == [] && unseen.nextDue == nil, "it is under way")
        }
        unseen.remove(path)
        unseen.failed(path, at: at(now), delay: delay)
        #expect(unseen.nextDue == at(now + 1))
    }

    @Test("What fails in several ways before it is tried again has failed once")
    func once() throws {
        var unseen = UnseenPaths()
        for _ in 1...3 { unseen.failed(try RelativePath("a"), at: at(0), delay: delay) }
        #expect(unseen.nextDue == at(1))
    }

    @Test("What is in a directory that moves is tried under its new name")
    func moves() throws {
        var unseen = UnseenPaths()
        unseen.failed(try RelativePath("a/b"), at: at(0), delay: delay)
        unseen.moved(from: try RelativePath("a"), to: try RelativePath("c"))
        #expect(unseen.takeDue(at: at(1)).map(\.description) == ["c/b"])
    }

    @Test("Where there are too many, the root stands for the rest")
    func many() throws {
        var unseen = UnseenPaths()
        for number in 0..<10_002 {
            unseen.failed(try RelativePath("n\(number)"), at: at(0), delay: delay)
        }
        let due = unseen.takeDue(at: at(1))
        #expect(due.count == 10_001 && due.contains(.root))
    }
}
