// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The connections that are open, and which of them rest: so that one more can be let in at another's cost, and idle or
/// slow ones never keep everybody out.
final class OpenConnections: Sendable {
    /// One of them.
    private struct Connection {
        /// Since when it has no request under way; nil while it has one.
        var restingSince: NIODeadline?
        /// Closes it, unless a request is under way by then.
        let closeIfResting: @Sendable () -> Void
    }

    /// All of them by number.
    private struct State {
        var connections: [UInt64: Connection] = [:]
        var last: UInt64 = 0
    }

    private let most: Int
    private let state = Mutex(State())

    /// At most `most` connections.
    init(most: Int) {
        self.most = most
    }

    /// Takes one more, that rests. nil where there is no room, and none that could be closed for it.
    func add(at now: NIODeadline, closeIfResting: @escaping @Sendable () -> Void) -> UInt64? {
        let (number, victim) = state.withLock { state -> (UInt64?, Connection?) in
            var victim: Connection?
            if state.connections.count >= most {
                let resting = state.connections.compactMap { number, connection in
                    connection.restingSince.map { (number, $0) }
                }
                guard let oldest = resting.min(by: { $0.1 < $1.1 })?.0 else { return (nil, nil) }
                victim = state.connections.removeValue(forKey: oldest)
            }
            state.last += 1
            state.connections[state.last] = Connection(restingSince: now, closeIfResting: closeIfResting)
            return (state.last, victim)
        }
        victim?.closeIfResting()
        return number
    }

    /// Notes since when a connection rests, or with nil that a request is under way. One that was given up already is
    /// unknown here, and stays so.
    func note(_ number: UInt64, restingSince instant: NIODeadline?) {
        state.withLock { $0.connections[number]?.restingSince = instant }
    }

    /// Forgets a connection, which is closed.
    func remove(_ number: UInt64) {
        state.withLock { $0.connections[number] = nil }
    }
}
