// SPDX-License-Identifier: Apache-2.0

/// An entry that the index knows at `from` and a look found at `to`.
package struct Move: Hashable, Sendable {
    /// Where the index has it.
    package var from: RelativePath
    /// Where it is now.
    package var to: RelativePath
    /// What the server has confirmed of it.
    package var expected: Confirmed

    package init(from: RelativePath, to: RelativePath, expected: Confirmed) {
        self.from = from
        self.to = to
        self.expected = expected
    }
}

/// The moves of one batch, and what the index would say once they are made.
package struct Moves: Hashable, Sendable {
    /// In the order in which they were found.
    package private(set) var all: [Move] = []

    package init() {}

    /// Adds a move. Two moves of one thing, or to one place, are not added.
    package mutating func append(_ move: Move) {
        guard !all.contains(where: { $0.from == move.from || $0.to == move.to }) else { return }
        all.append(move)
    }

    /// Where the index has what will be at `path` once the moves are made; nil where the moves take it away.
    package func origin(of path: RelativePath) -> RelativePath? {
        if all.isEmpty { return path }
        let into = all.filter { $0.to == path || path.isBelow($0.to) }.max { $0.to.depth < $1.to.depth }
        let origin = into.flatMap { path.moved(from: $0.to, to: $0.from) } ?? path
        // What stands there in the index, or is above it, has moved away by a nearer move.
        let away = all.filter { $0.from == origin || origin.isBelow($0.from) }.max { $0.from.depth < $1.from.depth }
        guard let away, away != into else { return origin }
        if let into, into.from.isBelow(away.from) || into.from == away.from { return origin }
        return nil
    }

    /// Whether `path` is, or lies below, a place that a move leaves.
    package func leave(_ path: RelativePath) -> Bool {
        all.contains { $0.from == path || path.isBelow($0.from) }
    }
}
