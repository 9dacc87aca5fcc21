// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore

extension Engine {
    /// Records in the index what the server acknowledged, and ends the paths of the batch. `reply` is nil where there was
    /// nothing to send.
    func confirm(_ plan: BatchPlan, _ reply: BatchReply?, of batch: Batch) throws {
        var endings = batch.endings
        for path in plan.leftOver { endings[path] = .again }
        var confirmations: [Index.Confirmation] = []
        for (change, outcome) in zip(plan.changes, reply?.outcomes ?? []) {
            switch outcome {
            case .acknowledged: confirmations.append(confirmation(of: change, in: batch))
            case .preconditionFailed:
                endings[change.path] = .failed(.other, "the destination is not what the index says")
            case .problem(.noSpace, _): endings[change.path] = .again
            case .problem(let kind, let text): endings[change.path] = .failed(kind, text)
            }
        }
        for (path, result) in batch.results where endings[path] == nil && batch.changes[path] == nil {
            confirmations.append(.set(path, result))
        }
        try index.confirm(confirmations, state: reply?.state)
        if let reply { try count(plan, reply) }
        for path in batch.taken { end(path, endings[path] ?? .done) }
    }

    private func confirmation(of change: Change, in batch: Batch) -> Index.Confirmation {
        switch change {
        case .move(let path, let from, _): return .move(from: from, to: path)
        case .remove(let path): return .remove(path)
        case .put, .makeDirectory, .link, .setMetadata:
            guard let result = batch.results[change.path] else { preconditionFailure("a change without its result") }
            return .set(change.path, result)
        }
    }

    private func count(_ plan: BatchPlan, _ reply: BatchReply) throws {
        state = reply.state
        counters.batches += 1
        counters.changes += UInt64(reply.outcomes.count { $0 == .acknowledged })
        counters.bytesSent += UInt64(plan.changes.reduce(0) { $0 + $1.inlineSize })
        withoutMove.subtract(plan.changes.map(\.path))
        if reply.outcomes.contains(.preconditionFailed) {
            // The index is wrong about the server: take over what the server has, and compare anew.
            try index.forgetState()
            state = nil
        }
        for case .problem(.noSpace, let text) in reply.outcomes.prefix(WireLimits.changesInBatch) {
            linkDown(LinkError(kind: .refused, reason: "the destination is full: \(text)"))
            return
        }
        linkUp()
    }

    /// Puts everything that a batch took back into the queue, as if it had not been taken.
    func putBack(_ batch: Batch) {
        for path in batch.taken {
            if let ending = batch.endings[path] { end(path, ending) } else { end(path, .again) }
        }
    }

    private func end(_ path: RelativePath, _ ending: Batch.Ending) {
        switch ending {
        case .done:
            queue.finish(path, .mirrored, at: .now)
            if problems.clear(path) {
                parts.logger.log(.problemSolved, .notice, "\(path) is mirrored again", path: path)
            }
        case .again: queue.finish(path, .again, at: .now)
        case .uploading: break
        case .failed(let kind, let text): fail(path, kind, text)
        }
    }

    /// Ends a taken path that failed: it is tried again after its own backoff.
    func fail(_ path: RelativePath, _ kind: ProblemKind, _ text: String) {
        let chance = Double.random(in: 0..<1)
        queue.finish(path, kind == .busy ? .busy(chance: chance) : .failed(chance: chance), at: .now)
        record(path, kind, text, attempts: queue.failures(of: path))
    }

    /// Records a problem, and tells it once: a busy file when it is out of attempts, everything else at once.
    func record(_ path: RelativePath, _ kind: ProblemKind, _ text: String, attempts: Int) {
        let isNews = problems.record(path, kind, text, attempts: attempts)
        let isOut = attempts == parts.settings.retry.attempts
        guard kind == .busy ? isOut : isNews || isOut else { return }
        let outlook = isOut ? "given up until it changes or the source is rescanned" : "trying again"
        parts.logger.log(
            .problem, .warning, "\(path): \(text) (\(kind.word)); \(outlook)", path: path, problem: kind)
    }
}
