// SPDX-License-Identifier: Apache-2.0

extension Mirror {
    /// Records what the server acknowledged, and ends the paths of the batch. `reply` is nil where there was nothing to send. Where
    /// an earlier batch is still on its way, that waits for its end.
    package mutating func confirm(_ plan: BatchPlan, _ reply: BatchReply?, at now: Instant) throws {
        guard flights.isFirst(plan.batch.flight) else { return flights.keep(plan, reply) }
        try confirmFirst(plan, reply, at: now)
        while let next = flights.landed { try confirmFirst(next.plan, next.reply, at: now) }
    }

    private mutating func confirmFirst(_ plan: BatchPlan, _ reply: BatchReply?, at now: Instant) throws {
        // The record is not in the state that the batch builds on: nobody knows what became of the one before it.
        guard plan.base == state else { return putBack(plan.batch, at: now) }
        flights.end(plan.batch.flight)
        var endings = plan.batch.endings
        for path in plan.leftOver { endings[path] = endings[path]?.unsent ?? .again }
        var confirmations: [Confirmation] = []
        for (change, outcome) in zip(plan.changes, reply?.outcomes ?? []) {
            counters.tally.count(change, outcome)
            if outcome.isApplied {
                let lacking = outcome == .acknowledged ? [] : Set(Preserve.allCases)
                confirmations.append(confirmation(of: change, in: plan.batch, lacking: lacking))
                compareMoved(change)
                countDeletion(change, in: plan.batch, at: now)
            }
            noteFallback(change, outcome)
            guard let ending = Batch.Ending(outcome) else { continue }
            for path in change.paths where !(endings[path]?.isUploading ?? false) { endings[path] = ending }
            // What a move was to take away is still there.
            if case .move(_, let from, _) = change { endings[from] = endings[from]?.unsent ?? .again }
        }
        let batch = plan.batch
        let applied = zip(plan.changes, reply?.outcomes ?? []).filter { $1.isApplied }.map(\.0)
        for (path, result) in joinedTwins(of: applied, in: batch).sorted(by: { $0.key < $1.key }) {
            confirmations.append(.set(path, result))
        }
        for (path, result) in batch.results.sorted(by: { $0.key < $1.key })
        where endings[path] == nil && batch.changes[path] == nil {
            if batch.twins.values.contains(where: { $0.path == path }) { continue }
            confirmations.append(.set(path, result))
        }
        let isWrong = reply?.outcomes.contains(.preconditionFailed) ?? false
        // The record is wrong about the server: take over what the server has, and compare anew. This is noted first, since a power
        // loss may take the last that was written, and what is left must not pass for the server's state.
        if isWrong { try record.forgetState() }
        try record.confirm(confirmations, state: isWrong ? nil : reply?.state)
        if let reply { count(plan, reply, now) }
        if isWrong { state = nil }
        try noteHeld()
        for path in batch.taken.sorted() {
            let ending = endings[path] ?? .done
            if reply != nil, ending.isDone, let touched = queue.takenTouched(path) {
                counters.latency.observe(touched.duration(to: now))
            }
            end(path, ending, in: batch, now)
        }
        let results = confirmations.compactMap { confirmation -> (path: RelativePath, confirmed: Confirmed)? in
            guard case .set(let path, let confirmed) = confirmation, endings[path] == nil,
                preserved.contains(.hardLinks) || batch.linked.contains(path)
            else { return nil }
            return (path, confirmed)
        }
        try touchTwins(of: results, at: now)
        for path in batch.lacking.union(batch.grown).sorted() where endings[path] == nil {
            queue.touch(path, .whenQuiet, at: now)
        }
    }

    /// What is in a directory that has moved is compared, unless it was watched all the time and had been compared before.
    private mutating func compareMoved(_ change: Change) {
        let moves: [(from: RelativePath, to: RelativePath, entry: Entry)] =
            switch change {
            case .move(let path, let from, let entry): [(from, path, entry)]
            case .exchange(let path, let other, let entry, let otherEntry):
                [(path, other, entry), (other, path, otherEntry)]
            default: []
            }
        for move in moves where move.entry.kind == .directory {
            let isWitnessed = witnessed.take(from: move.from, to: move.to)
            if !isWitnessed || uncompared.contain(move.from) || rescan.isRunning { beginScan(at: move.to) }
        }
    }

    /// Where one way to make a path so led nowhere, the next attempt sends the whole file.
    private mutating func noteFallback(_ change: Change, _ outcome: Outcome) {
        switch (change, outcome) {
        // Whatever else keeps a name from being made may be over at the next attempt.
        case (.hardLink(let path, _, _), .problem(.unsupported, _)),
            (.hardLink(let path, _, _), .problem(.permission, _)):
            withoutLink.insert(path)
        case (.setMetadata(let path, _), .preconditionFailed): neededWhole.insert(path)
        case (.put(let path, _, .upload), .problem(.corrupt, _)): uploads.distrust(path)
        case (.put(let path, _, _), .acknowledged), (.put(let path, _, _), .incomplete):
            neededWhole.remove(path)
            uploads.trust(path)
        default: break
        }
    }

    /// What the record learns from a change that was applied. What may be `lacking` at the server is not confirmed.
    private func confirmation(of change: Change, in batch: Batch, lacking: Set<Preserve>) -> Confirmation {
        switch change {
        case .move(let path, let from, _): return .move(from: from, to: path)
        case .exchange(let path, let other, _, _): return .exchange(path, other)
        case .remove(let path): return .remove(path)
        case .put, .makeDirectory, .link, .hardLink, .setMetadata:
            guard var result = batch.results[change.path] else { preconditionFailure("a change without its result") }
            result.entry = result.entry.without(lacking)
            return .set(change.path, result)
        }
    }

    private mutating func count(_ plan: BatchPlan, _ reply: BatchReply, _ now: Instant) {
        state = reply.state
        counters.batches += 1
        counters.changes += UInt64(reply.outcomes.count { $0.isApplied })
        counters.bytesSent += UInt64(plan.changes.reduce(0) { $0 + $1.inlineSize })
        withoutMove.subtract(plan.changes.map(\.path))
        isFull = reply.outcomes.contains { if case .problem(.noSpace, _) = $0 { true } else { false } }
        for case .problem(.noSpace, let text) in reply.outcomes.prefix(WireLimits.changesInBatch) {
            return linkDown(LinkError(kind: .refused, reason: "the destination is full: \(text)"), at: now)
        }
        linkUp(at: now)
    }

    /// The batch could not be sent, or nobody knows what became of it: everything that it took goes back into the queue, as if
    /// it had not been taken. Only where the link is at fault, everything then waits for one backoff.
    package mutating func putBack(_ plan: BatchPlan, after error: LinkError, at now: Instant) {
        linkDown(error, at: now)
        putBack(plan.batch, at: now)
    }

    mutating func putBack(_ batch: Batch, at now: Instant) {
        flights.end(batch.flight)
        for path in batch.taken.sorted() { end(path, batch.endings[path]?.unsent ?? .again, in: batch, now) }
        // What followed it builds on what is not recorded now.
        if let next = flights.landed { putBack(next.plan.batch, at: now) }
    }

    private mutating func end(_ path: RelativePath, _ ending: Batch.Ending, in batch: Batch, _ now: Instant) {
        // What was written is not confirmed: whoever recognizes a move has to know it still.
        if batch.written.contains(path), !ending.isDone { written.insert(path) }
        // A file that was busy for a moment was never told of.
        let isWorthTelling = !problems.isBusy(path) || queue.failures(of: path) >= queue.limits.retry.attempts
        switch ending {
        case .done:
            queue.finish(path, .mirrored, at: now)
            uncompared.remove(path)
            if problems.clear(path), isWorthTelling { tell(.problemSolved(path)) }
        case .held: queue.finish(path, .mirrored, at: now)
        case .again: queue.finish(path, .again, at: now)
        case .uploading: break
        case .failed(let kind, let text): fail(path, kind, text, now)
        }
    }

    /// Ends a taken path that failed: it is tried again after its own backoff.
    mutating func fail(_ path: RelativePath, _ kind: ProblemKind, _ text: String, _ now: Instant) {
        let chance = chance()
        queue.finish(path, kind == .busy ? .busy(chance: chance) : .failed(chance: chance), at: now)
        note(path, kind, text, attempts: queue.failures(of: path))
    }

    /// Records a problem, and tells it once: a busy file when it is out of attempts, everything else at once.
    mutating func note(_ path: RelativePath, _ kind: ProblemKind, _ text: String, attempts: Int) {
        let isNews = problems.record(path, kind, text, attempts: attempts)
        let isOut = attempts == queue.limits.retry.attempts
        guard kind == .busy ? isOut : isNews || isOut else { return }
        tell(.problem(path, kind, text, isOut: isOut))
    }
}

extension Batch.Ending {
    /// Whether there is nothing left to do.
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }

    /// Whether the path is taken until its upload has ended, whatever becomes of the move that brought it there.
    fileprivate var isUploading: Bool { if case .uploading = self { true } else { false } }

    /// How the path ends when nothing of the batch was applied: that there was nothing to do may have followed from a move.
    fileprivate var unsent: Batch.Ending { if case .done = self { .again } else { self } }

    /// How a change's paths end whose outcome is not that all of it is done; nil where it is.
    fileprivate init?(_ outcome: Outcome) {
        switch outcome {
        case .acknowledged: return nil
        case .preconditionFailed: self = .failed(.other, "the destination is not what the index says")
        case .problem(.noSpace, _): self = .again
        case .incomplete(let kind, let text), .problem(let kind, let text): self = .failed(kind, text)
        }
    }
}
