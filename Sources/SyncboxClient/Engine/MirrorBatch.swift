// SPDX-License-Identifier: Apache-2.0

import Logging
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
        parts.pulse.beat()
        guard let plan = try mirror.planBatch(paths, at: .now) else { return }
        guard !plan.changes.isEmpty else { return try mirror.confirm(plan, nil, at: .now) }
        rest()
        // The next one may follow while this one is on its way, and the uploads begin that were found to come first.
        wakeUps.wake()
        let reply: BatchReply
        do throws(LinkError) {
            let (fresh, sentAt) = (freshness.fresh, Clock.now)
            reply = try await link.send(batch: plan.body, changes: plan.changes.count, fresh: fresh)
            batchTimes.observe(sentAt.duration(to: .now))
            if let fresh { freshness.tell(fresh) }
        } catch {
            return mirror.putBack(plan, after: error, at: .now)
        }
        parts.pulse.beat()
        MemoryTrimmer.shared.worked(on: plan.changes.count)
        parts.logger.debug("sent \(plan.changes.count) changes in \(plan.body.count) bytes")
        try mirror.confirm(plan, reply, at: .now)
    }
}
