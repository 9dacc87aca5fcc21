// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("The change queue") struct ChangeQueueTests {
    private typealias Queue = ChangeQueue<ContinuousClock.Instant>

    private let start = ContinuousClock.now
    private let limits = Queue.Limits(
        quiet: .milliseconds(20), longestHold: .seconds(2),
        retry: RetryPolicy(first: .milliseconds(100), longest: .seconds(1), attempts: 3, rarely: .seconds(60)))

    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start.advanced(by: .milliseconds(milliseconds)) }

    @Test("What settles at once is due at once")
    func leadingEdge() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        #expect(queue.takeReady(at: at(0), most: 10) == [try path("a")])
    }

    @Test("A write that goes on is held until it is quiet, and never longer than the longest hold")
    func holds() throws {
        var queue = Queue(limits: limits)
        for moment in stride(from: 0, through: 1990, by: 10) {
            queue.touch(try path("a"), .whenQuiet, at: at(moment))
            #expect(queue.takeReady(at: at(moment), most: 1).isEmpty)
        }
        #expect(queue.nextDue() == at(2000))
        #expect(queue.takeReady(at: at(2000), most: 1) == [try path("a")])
    }

    @Test("What is in trouble and never rests is tried when its backoff is over", arguments: [true, false])
    func holdsInTrouble(isBusy: Bool) throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .whenQuiet, at: at(0))
        var tries: [Int] = []
        for moment in stride(from: 10, through: 4000, by: 10) {
            queue.touch(try path("a"), .whenQuiet, at: at(moment))
            guard !queue.takeReady(at: at(moment), most: 1).isEmpty else { continue }
            tries.append(moment)
            queue.finish(try path("a"), isBusy ? .busy(chance: 0) : .failed(chance: 0), at: at(moment))
        }
        #expect(Array(tries.prefix(3)) == [2000, 2100, 2300])
    }

    @Test("A close ends the hold of a write")
    func closeEndsHold() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .whenQuiet, at: at(0))
        queue.touch(try path("a"), .atOnce, at: at(5))
        #expect(queue.takeReady(at: at(5), most: 1) == [try path("a")])
    }

    @Test("A path touched while in flight is mirrored again, but not before it was quiet")
    func touchedInFlight() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        _ = queue.takeReady(at: at(0), most: 1)
        queue.touch(try path("a"), .atOnce, at: at(1))
        #expect(queue.takeReady(at: at(2), most: 1).isEmpty, "it is on its way already")
        queue.finish(try path("a"), .mirrored, at: at(3))
        #expect(queue.takeReady(at: at(22), most: 1).isEmpty)
        #expect(queue.takeReady(at: at(23), most: 1) == [try path("a")])
    }

    @Test("The bytes of what waits or is on its way are counted until it has arrived, wherever it moves meanwhile")
    func pendingBytes() throws {
        var queue = Queue(limits: limits)
        for name in ["d/a", "d/b", "c"] {
            queue.touch(try path(name), .atOnce, at: at(0))
            queue.measure(try path(name), 100)
        }
        queue.measure(try path("unknown"), 100)
        #expect(queue.pendingBytes == 300)
        queue.measure(try path("c"), 50)
        #expect(queue.pendingBytes == 250)
        queue.moved(from: try path("d"), to: try path("e"), at: at(1))
        #expect(queue.pendingBytes == 250)
        _ = queue.takeReady(at: at(1), most: 10)
        queue.advance(try path("e/a"), by: 30)
        #expect(queue.pendingBytes == 220)
        queue.finish(try path("e/a"), .again, at: at(2))
        queue.finish(try path("e/b"), .mirrored, at: at(2))
        queue.finish(try path("c"), .mirrored, at: at(2))
        #expect(queue.pendingBytes == 70)
        _ = queue.takeReady(at: at(2), most: 10)
        queue.advance(try path("e/a"), by: 1_000)
        queue.finish(try path("e/a"), .mirrored, at: at(3))
        #expect(queue.pendingBytes == 0)
    }

    @Test("A path that was mirrored moments ago waits until it is quiet")
    func restsAfterMirroring() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        _ = queue.takeReady(at: at(0), most: 1)
        queue.finish(try path("a"), .mirrored, at: at(1))
        queue.touch(try path("a"), .atOnce, at: at(2))
        #expect(queue.takeReady(at: at(2), most: 1).isEmpty)
        #expect(queue.takeReady(at: at(21), most: 1) == [try path("a")])
    }

    @Test("A failing path backs off, doubling, and is tried rarely when its attempts are used up, but for ever")
    func backsOff() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        _ = queue.takeReady(at: at(0), most: 1)
        #expect(!queue.finish(try path("a"), .failed(chance: 0), at: at(0)))
        #expect(queue.nextDue() == at(100))
        _ = queue.takeReady(at: at(100), most: 1)
        #expect(!queue.finish(try path("a"), .failed(chance: 0), at: at(100)))
        #expect(queue.nextDue() == at(300))
        _ = queue.takeReady(at: at(300), most: 1)
        #expect(queue.finish(try path("a"), .failed(chance: 0), at: at(300)))
        #expect(try queue.isIdle && !queue.contains(path("a")) && queue.isDone(upTo: at(300)), "nobody waits for it")
        for minute in 1...5 {
            let due = at(300 + minute * 60_000)
            #expect(try queue.nextDue() == due && queue.nextAttempt(of: path("a")) == due)
            #expect(queue.takeReady(at: at(299 + minute * 60_000), most: 1) == [])
            #expect(queue.takeReady(at: due, most: 1) == [try path("a")])
            #expect(queue.nextAttempt(of: try path("a")) == nil && queue.nextDue() == nil)
            queue.finish(try path("a"), .failed(chance: 0), at: due)
        }
        queue.touch(try path("a"), .atOnce, at: at(310_000))
        #expect(try queue.waitingCount == 1 && queue.nextAttempt(of: path("a")) == at(310_000))
        #expect(queue.takeReady(at: at(310_000), most: 1) == [try path("a")], "its next event tries it at once")
        queue.finish(try path("a"), .mirrored, at: at(310_000))
        #expect(queue.nextDue() == nil && queue.isIdle)
    }

    @Test("What is out of attempts is tried together, after what is due, and not too much of it at once")
    func rounds() throws {
        var queue = Queue(limits: limits)
        let most = Queue.mostRareAtOnce
        let troubled = try (0...most).map { try path("n\(1000 + $0)") }
        for (index, path) in troubled.enumerated() {
            for _ in 0..<3 {
                _ = queue.take(path, at: at(index))
                queue.finish(path, .failed(chance: 0), at: at(index))
            }
        }
        let round = at(60_000)
        #expect(queue.nextDue() == round)
        queue.touch(try path("a"), .atOnce, at: round)
        let taken = queue.takeReady(at: round, most: 10_000)
        #expect(taken == [try path("a")] + troubled.prefix(most))
        #expect(queue.nextDue() == round, "the rest comes next")
        #expect(queue.takeReady(at: round, most: 10_000) == troubled.suffix(1))
    }

    @Test("A touch does not cut the backoff of a path that failed, but a close does where the file was busy")
    func touchAndBackoff() throws {
        for (ending, due) in [(Queue.Ending.failed(chance: 0), 100), (.busy(chance: 0), 10)] {
            var queue = Queue(limits: limits)
            queue.touch(try path("a"), .atOnce, at: at(0))
            _ = queue.takeReady(at: at(0), most: 1)
            queue.finish(try path("a"), ending, at: at(0))
            queue.touch(try path("a"), .atOnce, at: at(10))
            #expect(queue.nextDue() == at(due))
        }
    }

    @Test("Directories that are renamed again and again while nothing can be sent make no more work")
    func renames() throws {
        var queue = Queue(limits: limits)
        var chance = SplitMix(seed: 1)
        let names = ["a", "b", "c", "d"]
        for name in names { queue.touch(try path("\(name)/x/y"), .atOnce, at: at(0)) }
        for _ in 0..<1000 {
            let (from, to) = (names.randomElement(using: &chance) ?? "a", names.randomElement(using: &chance) ?? "b")
            queue.moved(from: try path(from), to: try path(Bool.random(using: &chance) ? to : "\(to)/x"), at: at(1))
        }
        #expect(queue.waitingCount <= 4)
    }

    @Test("What waits or is on its way below a directory that moves is looked at under its new name too")
    func moves() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("d/a"), .atOnce, at: at(0))
        queue.touch(try path("d/b"), .atOnce, at: at(1))
        _ = queue.takeReady(at: at(0), most: 1)
        for _ in 0..<3 {
            _ = queue.take(try path("d/c"), at: at(1))
            queue.finish(try path("d/c"), .failed(chance: 0), at: at(1))
        }
        queue.moved(from: try path("d"), to: try path("e"), at: at(2))
        #expect(Set(queue.takeReady(at: at(3), most: 9)) == Set(try ["e/a", "e/b", "e/c"].map(path)))
        #expect(try queue.waitingCount == 0 && queue.failures(of: path("e/c")) == 0)
        #expect(queue.nextAttempt(of: try path("d/c")) == nil)
    }

    @Test(
        "However touches, endings and time are mixed, every touched path is taken after its last touch",
        arguments: 0..<200)
    func losesNothing(seed: UInt64) throws {
        var chance = SplitMix(seed: seed)
        var queue = Queue(limits: limits)
        var now = 0
        var dirty: Set<RelativePath> = []
        var inFlight: [RelativePath] = []
        let paths = try (0..<6).map { try path("p\($0)") }
        for _ in 0..<400 {
            now += Int.random(in: 0..<30, using: &chance)
            if Bool.random(using: &chance) {
                let touched = paths[Int.random(in: 0..<6, using: &chance)]
                queue.touch(touched, Bool.random(using: &chance) ? .atOnce : .whenQuiet, at: at(now))
                dirty.insert(touched)
            } else if let path = inFlight.popLast() {
                let endings: [Queue.Ending] = [.mirrored, .again, .failed(chance: 0.5), .busy(chance: 0.5)]
                let ending = endings[Int.random(in: 0..<4, using: &chance)]
                if ending != .mirrored { dirty.insert(path) }
                queue.finish(path, ending, at: at(now))
            } else {
                let taken = queue.takeReady(at: at(now), most: 2)
                inFlight += taken
                dirty.subtract(taken)
            }
        }
        for path in inFlight { queue.finish(path, .mirrored, at: at(now)) }
        while let due = queue.nextDue() {
            for path in queue.takeReady(at: due, most: 9) {
                dirty.remove(path)
                queue.finish(path, .mirrored, at: due)
            }
        }
        #expect(dirty.isEmpty && queue.isIdle, "seed \(seed)")
    }

    @Test("What was touched up to an instant is done when it is mirrored, however often it is touched afterwards")
    func isDone() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        queue.touch(try path("b"), .atOnce, at: at(10))
        #expect(!queue.isDone(upTo: at(0)))
        _ = queue.takeReady(at: at(10), most: 1)
        queue.touch(try path("a"), .atOnce, at: at(20))
        #expect(!queue.isDone(upTo: at(5)))
        queue.finish(try path("a"), .mirrored, at: at(30))
        #expect(queue.isDone(upTo: at(5)))
        #expect(!queue.isDone(upTo: at(10)))
        queue.finish(try #require(queue.takeReady(at: at(30), most: 1).first), .mirrored, at: at(40))
        #expect(queue.isDone(upTo: at(19)))
        #expect(!queue.isDone(upTo: at(20)))
    }

    @Test("What comes back into the queue is as old as it was, and what it shows is as old as itself")
    func isDoneAgain() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        _ = queue.takeReady(at: at(10), most: 1)
        queue.touch(try path("a"), .atOnce, at: at(20))
        queue.touch(try path("a/b"), .atOnce, at: at(20), because: try path("a"))
        queue.finish(try path("a"), .again, at: at(30))
        #expect(!queue.isDone(upTo: at(5)))
        #expect(queue.takeReady(at: at(30), most: 10).count == 2)
        queue.finish(try path("a"), .mirrored, at: at(40))
        #expect(!queue.isDone(upTo: at(5)))
        queue.finish(try path("a/b"), .mirrored, at: at(50))
        #expect(queue.isDone(upTo: at(5)))
    }

    @Test("A path in trouble is not waited for; a busy one only until its attempts are used up")
    func isDoneInTrouble() throws {
        var queue = Queue(limits: limits)
        queue.touch(try path("a"), .atOnce, at: at(0))
        _ = queue.takeReady(at: at(0), most: 1)
        queue.finish(try path("a"), .failed(chance: 0), at: at(0))
        #expect(queue.isDone(upTo: at(0)))
        queue.touch(try path("b"), .atOnce, at: at(0))
        for attempt in 1...3 {
            #expect(!queue.isDone(upTo: at(0)))
            #expect(queue.take(try path("b"), at: at(attempt)))
            queue.finish(try path("b"), .busy(chance: 0), at: at(attempt))
        }
        #expect(queue.isDone(upTo: at(0)))
    }
}
