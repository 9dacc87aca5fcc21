// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// The server's half of the way of a change, from a request's body to the answer:
///
///     authenticate ─► decode ─► stage ─► verify ─► sync ─► publish ─► record ─► acknowledge
///
/// An acknowledgement says that bytes, name and record are on the disk. Every step before it may fail, or be the last one
/// before a crash, without harm: what is staged is swept away, and what is published but not recorded is published again
/// when the client sends it again. All of it runs on threads that may block.
struct CommitBatch {
    let share: Share
    let caller: Caller
    /// Up to which instant the share reflects its source already, as the client says; nil where it doesn't.
    var fresh: Timestamp?

    /// What became of a batch.
    enum Result: Sendable {
        /// It was this batch's turn, and each of its changes has an outcome.
        case committed(BatchReply)
        /// It builds on another state than the share's. Nothing was done.
        case conflict
        /// Nothing of it is acknowledged, by no fault of its changes, and why.
        case failed(ProblemKind, String)
    }

    /// Receives a batch and commits it. Throws an `HTTPError` where the caller may not, or the body is no batch.
    func run(_ body: RequestBody) async throws -> Result {
        // Authenticated: the caller's key is known. What it permits decides each change.
        let permissions = try caller.permissions(anyOf: [.write, .delete])

        // Decode, stage, verify: as the body arrives, so that nothing is left to be read when it ends.
        var decoder = BatchDecoder()
        var batch = StagedBatch(share, permissions: permissions)
        do {
            var limit = BodyLimit(WireLimits.batch)
            for try await piece in body {
                try limit.count(piece)
                let hadBase = decoder.base != nil
                for change in try decoder.decode(piece.readableBytesView) { batch.stage(change) }
                if !hadBase, let base = decoder.base { await share.order.arrive(base) }
            }
            try decoder.finish()
        } catch {
            batch.discard()
            if let base = decoder.base { await share.order.leave(base) }
            throw HTTPError.badRequest(error)
        }

        let result = await commit(&batch, base: decoder.base)
        if let base = decoder.base { await share.order.leave(base) }
        return result
    }

    /// Commits what has been staged, one batch after another. Without a base it builds on whatever state there is.
    func commit(_ batch: inout StagedBatch, base: ShareState?) async -> Result {
        // Sync the contents: before they get their names, and while the batch before is still being committed.
        batch.sync()

        await share.order.takeTurn(base) { [catalog = share.catalog] in catalog.summary.state }
        let started = ContinuousClock.now
        // Publish, sync the names, record: Core's `publishAndRecord`.
        if base == nil || base == share.state { share.announce(fresh) }
        let result = batch.publishAndRecord(base: base)
        share.announce(nil)
        let state = share.catalog.summary.state
        share.measureCommit(since: started)
        await share.order.yieldTurn()

        // Acknowledge, each change by itself.
        MemoryTrimmer.shared.worked(on: batch.changes.count)
        batch.discard()
        return switch result {
        case .committed: .committed(BatchReply(state: state, outcomes: batch.outcomes))
        case .conflict: .conflict
        case .failed(let kind, let text): .failed(kind, text)
        }
    }
}
