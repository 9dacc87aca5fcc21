// SPDX-License-Identifier: Apache-2.0

/// A batch as it goes over the wire.
package struct BatchPlan {
    /// The changes, in the order in which they are applied; none where there is nothing to send.
    package internal(set) var changes: [Change]
    /// The request's body.
    package internal(set) var body: [UInt8]
    /// The state that it builds on.
    let base: ShareState?
    /// Paths whose changes found no room: their turn comes with the next batch.
    var leftOver: Set<RelativePath>
    /// What the batch was made of.
    let batch: Batch
}

extension BatchPlan {
    /// A batch of which nothing is sent, and which begins again.
    fileprivate init(base: ShareState?, again batch: Batch) {
        self.init(changes: [], body: [], base: base, leftOver: batch.taken, batch: batch)
    }
}

extension Mirror {
    /// Looks at the paths of a batch, compares them with the record, and writes down what has to be sent.
    ///
    ///     look ─► compare with record ─► plan
    ///
    /// To be followed by `confirm`, or by `putBack` where it could not be sent. nil where it must not be sent at all: then
    /// everything is back in the queue. Throws what the record throws, and `SourceGone`.
    package mutating func planBatch(_ paths: [RelativePath], at moment: Moment) throws -> BatchPlan? {
        var batch = try look(at: paths, moment.instant)
        let base = flights.base(state)
        guard !flights.isFollowing || batch.isIndependent else { return wait(batch, at: moment.instant) }
        try compare(&batch, at: moment)
        adaptPaths(to: batch)
        try checkEvidence(for: batch)
        let isWhole = try holdDeletions(in: &batch, at: moment.instant)
        try noteHeld()
        guard isWhole else { return BatchPlan(base: base, again: batch) }
        guard let base else {
            putBack(batch, at: moment.instant)
            return nil
        }
        if flights.isFollowing {
            guard batch.isIndependent else { return wait(batch, at: moment.instant) }
            leaveOrphans(in: &batch)
        }
        let plan = plan(batch, base: base)
        flights.planned(plan)
        return plan
    }

    /// What is in a directory that neither the record has nor a batch makes, since it found no room in the one before, is left to
    /// the next batch.
    private func leaveOrphans(in batch: inout Batch) {
        for path in batch.changes.keys.sorted() {
            guard let parent = path.parent, !parent.isRoot, !flights.make(parent) else { continue }
            if case .makeDirectory = batch.changes[parent] { continue }
            guard batch.confirmed(at: parent)?.entry.kind != .directory else { continue }
            batch.changes[path] = nil
            batch.results[path] = nil
            batch.endings[path] = .again
        }
    }

    /// A batch that can't follow the one that is on its way waits for its end.
    private mutating func wait(_ batch: Batch, at now: Instant) -> BatchPlan? {
        flights.endFollowing()
        putBack(batch, at: now)
        return nil
    }

    /// Orders the changes of a batch and writes down as many as fit.
    private mutating func plan(_ batch: Batch, base: ShareState) -> BatchPlan {
        let moves = batch.moves.all.map { Change.move($0.to, from: $0.from, expected: $0.expected.entry) }
        let (ordered, surrendered) = orderChanges(moves + batch.changes.values)
        guard surrendered.isEmpty else {
            // What was compared as moved must be compared as new: the whole batch begins again without these moves.
            withoutMove.formUnion(surrendered.map(\.path))
            return BatchPlan(base: base, again: batch)
        }
        var encoder = BatchEncoder(base: base, reserving: ordered)
        var changes: [Change] = []
        for change in ordered where !encoder.isFull {
            encoder.append(change)
            changes.append(change)
        }
        let leftOver = Set(ordered.dropFirst(changes.count).map(\.path))
        return BatchPlan(changes: changes, body: encoder.finish(), base: base, leftOver: leftOver, batch: batch)
    }

    /// Throws unless what a batch removes may be believed to be gone: the source still is what it was.
    private func checkEvidence(for batch: Batch) throws {
        let removes = batch.changes.values.contains { if case .remove = $0 { true } else { false } }
        if removes, !source.stillStands() { throw SourceGone() }
    }
}
