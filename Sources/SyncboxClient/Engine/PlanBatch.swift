// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A batch as it goes over the wire.
struct BatchPlan {
    /// The changes, in the order in which they are applied.
    var changes: [Change]
    /// The request's body.
    var body: [UInt8]
    /// Paths whose changes found no room: their turn comes with the next batch.
    var leftOver: Set<RelativePath>
}

extension Engine {
    /// Orders the changes of a batch and writes down as many as fit.
    func plan(_ batch: Batch, base: ShareState) -> BatchPlan {
        let moves = batch.moves.all.map { Change.move($0.to, from: $0.from, expected: $0.expected.entry) }
        let (ordered, surrendered) = orderChanges(moves + batch.changes.values)
        guard surrendered.isEmpty else {
            // What was compared as moved must be compared as new: the whole batch begins again without these moves.
            withoutMove.formUnion(surrendered.map(\.path))
            return BatchPlan(changes: [], body: [], leftOver: batch.taken)
        }
        var encoder = BatchEncoder(base: base)
        var changes: [Change] = []
        for change in ordered where !encoder.isFull {
            encoder.append(change)
            changes.append(change)
        }
        let leftOver = Set(ordered.dropFirst(changes.count).map(\.path))
        return BatchPlan(changes: changes, body: encoder.finish(), leftOver: leftOver)
    }

    /// Throws unless what a batch removes may be believed to be gone: the source still is what it was.
    func checkEvidence(for batch: Batch) throws {
        let removes = batch.changes.values.contains { if case .remove = $0 { true } else { false } }
        if removes { try checkRoot() }
    }
}
