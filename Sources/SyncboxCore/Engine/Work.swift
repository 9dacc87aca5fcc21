// SPDX-License-Identifier: Apache-2.0

/// Something that the engine wants done outside of it.
package enum Work: Hashable, Sendable {
    /// Ask the server for its state, and go on as `aligned(with:)` says.
    case align
    /// Bring the content of this file to the server, and report by `endUpload`.
    case upload(RelativePath)
    /// Mirror these paths: `planBatch`, send, `confirm` or `putBack`.
    case batch([RelativePath])
}

extension Mirror {
    /// The most paths taken for one batch: parents and moves that they need come on top.
    private static var mostPathsInBatch: Int { WireLimits.changesInBatch / 2 }

    /// Hands out whatever may be started now: aligning before anything else, uploads beside the batches, one batch at a time.
    package mutating func takeWork(at now: Instant) -> [Work] {
        guard isWatching, link.isOpen(at: now), !isAligning else { return [] }
        guard state != nil else {
            guard !isBatchInFlight else { return [] }
            isAligning = true
            return [.align]
        }
        var work = uploads.takeWaiting().map { Work.upload($0) }
        guard !isBatchInFlight else { return work }
        let paths = queue.takeReady(at: now, most: Self.mostPathsInBatch)
        guard !paths.isEmpty else { return work }
        isBatchInFlight = true
        work.append(.batch(paths))
        return work
    }

    /// When `takeWork` or `sweep` may next have something to do; nil when only an event, or the end of work that was handed
    /// out, can make some.
    package mutating func nextDue() -> Instant? {
        var due = state == nil ? nil : queue.nextDue()
        if isBatchInFlight || isAligning { due = nil }
        if let retryAt = link.retryAt { due = due.map { max($0, retryAt) } ?? (state == nil ? retryAt : nil) }
        if let nextSweep { due = min(due ?? nextSweep, nextSweep) }
        return due
    }

    /// Notes that the server answered.
    mutating func linkUp() {
        if link.succeeded() { tell(.linkUp) }
    }

    /// Notes that a request failed: everything that needs the link waits for one backoff.
    package mutating func linkDown(_ error: LinkError, at now: Instant) {
        if error.kind == .otherState { state = nil }
        if link.failed(error.reason, at: now, chance: chance()) { tell(.linkDown(error.reason)) }
    }
}
