// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// Brings the server's copy of `paths` up to date with the disk: the client's half of the way of a change.
    ///
    ///     look ─► compare with index ─► plan batch ─► send ─► confirm in index
    ///
    /// Whatever fails is put back into the queue, by itself: a path that can't be read does not hold the others up, and
    /// without the link nothing counts as tried. Throws only what the engine can't go on after (a broken index).
    func mirrorBatch(_ paths: [RelativePath]) async throws {
        defer {
            isBatchInFlight = false
            wakeUps.wake()
        }
        parts.pulse.beat()
        var batch = try look(at: paths)
        try compare(&batch)
        try checkEvidence(for: batch)
        guard let base = state else { return putBack(batch) }
        let plan = plan(batch, base: base)
        guard !plan.changes.isEmpty else { return try confirm(plan, nil, of: batch) }
        rest()
        let reply: BatchReply
        do throws(LinkError) {
            reply = try await link.send(batch: plan.body, changes: plan.changes.count)
        } catch {
            linkDown(error)
            return putBack(batch)
        }
        parts.pulse.beat()
        try confirm(plan, reply, of: batch)
    }
}
