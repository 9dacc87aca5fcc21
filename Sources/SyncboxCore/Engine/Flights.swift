// SPDX-License-Identifier: Apache-2.0

/// The batches that are on their way to the server, in the order of the states that they build on.
///
/// While one is committed the next may already be looked at, read and sent: it builds on the state that the first will leave
/// behind. Nothing of the first is in the record by then, so that only what does not depend on it may follow: what is put or made
/// after what was put or made. Whatever becomes of them is confirmed in their order.
struct Flights {
    /// How many batches are on their way at once. More would only wait longer at the server: one thread there commits.
    private static let most = 2

    /// One of them.
    private struct Flight {
        let number: Int
        /// The state that it builds on; nil before it is planned.
        var base: ShareState?
        /// Whether another may go out before it has ended.
        var mayBeFollowed = false
        /// The directories that it makes.
        var directories: Set<RelativePath> = []
        /// The answer to it, which came before that of an earlier one.
        var landed: (plan: BatchPlan, reply: BatchReply?)?
    }

    private var flights: [Flight] = []
    private var count = 0

    /// Whether none is on its way.
    var isEmpty: Bool { flights.isEmpty }
    /// Whether there is one that another may follow now.
    var mayBeFollowed: Bool { flights.count < Self.most && flights.last?.mayBeFollowed ?? false }
    /// Whether the last one has others before it.
    var isFollowing: Bool { flights.count > 1 }

    /// A batch is about to be planned.
    mutating func begin() {
        count += 1
        flights.append(Flight(number: count))
    }

    /// The number of the one that was begun last.
    var last: Int { flights.last?.number ?? 0 }

    /// The state that the last one builds on: the one that those before it leave behind, `state` where there are none.
    func base(_ state: ShareState?) -> ShareState? {
        guard let before = flights.dropLast().last else { return state }
        return before.base?.next
    }

    /// The last one is about to be sent.
    mutating func planned(_ plan: BatchPlan) {
        guard let last = flights.indices.last else { return }
        flights[last].base = plan.base
        flights[last].mayBeFollowed = plan.batch.isIndependent
        for case .makeDirectory(let path, _) in plan.changes { flights[last].directories.insert(path) }
    }

    /// Whether `directory` is made by a batch that is on its way.
    func make(_ directory: RelativePath) -> Bool {
        flights.contains { $0.directories.contains(directory) }
    }

    /// What was begun last can't follow: nothing does until those before it have ended.
    mutating func endFollowing() {
        for index in flights.indices { flights[index].mayBeFollowed = false }
    }

    /// Whether all before `number` have ended.
    func isFirst(_ number: Int) -> Bool { flights.first?.number == number }

    /// The answer to a batch came before that to an earlier one.
    mutating func keep(_ plan: BatchPlan, _ reply: BatchReply?) {
        guard let index = flights.firstIndex(where: { $0.number == plan.batch.flight }) else { return }
        flights[index].landed = (plan, reply)
    }

    /// A batch has ended.
    mutating func end(_ number: Int) {
        flights.removeAll { $0.number == number }
    }

    /// The answer to the first one, where that has come already.
    var landed: (plan: BatchPlan, reply: BatchReply?)? { flights.first?.landed }
}

extension Batch {
    /// Whether all that it does is to put and make: nothing that a batch beside it puts or makes can stand in its way. (What
    /// becomes another name of a file, moves, or goes with all below it depends on what is recorded at other paths.)
    var isIndependent: Bool {
        guard moves.all.isEmpty, replacing.isEmpty, twins.isEmpty, linked.isEmpty, going.isEmpty else { return false }
        return changes.values.allSatisfy { change in
            switch change {
            case .put, .makeDirectory, .link, .setMetadata: true
            case .move, .exchange, .hardLink, .remove: false
            }
        }
    }
}
