// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Synchronization
import Testing

@testable import SyncboxServer

@Suite("The order of commits") struct CommitOrderTests {
    /// A catalog's state, and the order in which batches have changed it.
    private final class Log: Sendable {
        let state = Mutex(ShareState(epoch: 1, sequence: 0))
        let bases = Mutex<[UInt64]>([])

        func commit(_ base: ShareState?, _ order: CommitOrder) async {
            await order.takeTurn(base) { self.state.withLock { $0 } }
            if base == nil || base == state.withLock({ $0 }) {
                state.withLock { $0 = $0.next }
                bases.withLock { $0.append(base?.sequence ?? .max) }
            }
            await order.yieldTurn()
        }
    }

    private func state(_ sequence: UInt64, epoch: UInt64 = 1) -> ShareState {
        ShareState(epoch: epoch, sequence: sequence)
    }

    @Test(
        "Batches that build on each other are committed in that order, whichever arrives first",
        arguments: [
            [0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1],
        ] as [[UInt64]])
    func inOrder(arrival: [UInt64]) async {
        let order = CommitOrder()
        let log = Log()
        await withDiscardingTaskGroup { group in
            for base in arrival {
                await order.arrive(state(base))
                group.addTask {
                    await log.commit(state(base), order)
                    await order.leave(state(base))
                }
            }
        }
        #expect(log.bases.withLock { $0 } == [0, 1, 2])
    }

    @Test(
        "A batch whose base can't come any more gets its turn to be refused at once",
        arguments: [
            (5, 1 as UInt64), (0, 2), (99, 1),
        ] as [(UInt64, UInt64)])
    func neverComes(sequence: UInt64, epoch: UInt64) async {
        let order = CommitOrder()
        let log = Log()
        log.state.withLock { $0 = state(10) }
        let begin = ContinuousClock.now
        await log.commit(state(sequence, epoch: epoch), order)
        #expect(log.bases.withLock { $0 } == [])
        #expect(ContinuousClock.now - begin < CommitOrder.longestWait)
    }

    @Test("A batch waits no longer than its time for one that doesn't begin to arrive")
    func overdue() async {
        let order = CommitOrder()
        let log = Log()
        let begin = ContinuousClock.now
        await log.commit(state(1), order)
        #expect(log.bases.withLock { $0 } == [])
        #expect(ContinuousClock.now - begin >= CommitOrder.longestWait)
    }

    @Test("A batch that waits for one that fails is let go")
    func predecessorFails() async {
        let order = CommitOrder()
        let log = Log()
        await order.arrive(state(0))
        async let second: Void = log.commit(state(1), order)
        await order.leave(state(0))
        await second
        #expect(log.bases.withLock { $0 } == [])
    }

    @Test("Only one commits at a time")
    func alone() async {
        let order = CommitOrder()
        let crowd = Crowd()
        await withDiscardingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    await order.takeTurn(nil) { ShareState(epoch: 1, sequence: 0) }
                    crowd.enter()
                    await Task.yield()
                    crowd.leave()
                    await order.yieldTurn()
                }
            }
        }
        #expect(crowd.most == 1)
    }

    /// Counts who is inside.
    private final class Crowd: Sendable {
        private let counts = Mutex((inside: 0, most: 0))

        var most: Int { counts.withLock(\.most) }

        func enter() {
            counts.withLock { $0 = ($0.inside + 1, max($0.most, $0.inside + 1)) }
        }

        func leave() {
            counts.withLock { $0.inside -= 1 }
        }
    }

    @Test("Batches and what goes between them take turns: neither keeps the other away")
    func between() async {
        let order = CommitOrder()
        let log = Log()
        await order.takeTurnBetween()
        await withDiscardingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { await log.commit(nil, order) }
                group.addTask {
                    await order.takeTurnBetween()
                    log.bases.withLock { $0.append(0) }
                    await order.yieldTurn()
                }
            }
            await order.yieldTurn()
        }
        #expect(log.bases.withLock { $0.count } == 40)
    }
}
