// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization
import Testing

@testable import SyncboxServer

@Suite struct ConnectionProgressTests {
    /// So many seconds after the opening.
    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    private var progress = ConnectionProgress(ConnectionLimits(), openedAt: at(0))

    @Test("The first head is due from the opening on, later ones from their first byte on, and rest is not")
    mutating func heads() {
        #expect(progress.deadline == Self.at(20))
        progress.bytes(at: Self.at(5))
        #expect(progress.deadline == Self.at(20))
        progress.head()
        progress.end()
        #expect(progress.phase == .answer && progress.deadline == nil)
        progress.answerEnds()
        #expect(progress.phase == .resting && progress.deadline == nil)
        progress.bytes(at: Self.at(100))
        #expect(progress.deadline == Self.at(120))
    }

    @Test("A body's time counts while bytes are asked for, and begins anew with each that it has to go on by")
    mutating func bodies() {
        progress.head()
        #expect(progress.deadline == nil)
        progress.ask(at: Self.at(10))
        #expect(progress.deadline == Self.at(70))
        let isTaken = progress.body(1000, at: Self.at(40))
        #expect(isTaken && progress.deadline == Self.at(70))
        // The server is busy for a while, and then has waited for 30 s.
        progress.stopAsking(at: Self.at(40))
        #expect(progress.deadline == nil)
        progress.ask(at: Self.at(100))
        #expect(progress.deadline == Self.at(130))
        _ = progress.body(24, at: Self.at(110))
        #expect(progress.deadline == Self.at(170))
    }

    @Test("What follows on an answer is taken up to its limit, and then the connection is ready for the next")
    mutating func leftovers() {
        progress.head()
        progress.answerBegins()
        progress.answerEnds()
        #expect(progress.phase == .body)
        let most = ConnectionLimits.standard.leftover
        let areTaken = [progress.body(most, at: Self.at(1)), progress.body(1, at: Self.at(1))]
        #expect(areTaken == [true, false])
        progress.end()
        #expect(progress.phase == .resting)
    }

    @Test("The connection that has rested longest makes room; without one there is none")
    func room() {
        let connections = OpenConnections(most: 2)
        let closed = Mutex<[Int]>([])
        let numbers = (0..<2).map { number in
            connections.add(at: Self.at(Int64(10 - number))) { closed.withLock { $0.append(number) } }
        }
        #expect(connections.add(at: Self.at(20)) {} != nil)
        #expect(closed.withLock { $0 } == [1])
        if let first = numbers[0] { connections.note(first, restingSince: nil) }
        #expect(connections.add(at: Self.at(30)) {} != nil)
        #expect(closed.withLock { $0 } == [1])
    }
}
