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
    package static var mostPathsInBatch: Int { WireLimits.changesInBatch / 2 }
    /// The fewest, however large the contents are.
    private static var leastPathsInBatch: Int { WireLimits.contentInBatch / WireLimits.inlineContent }

    /// As many paths are taken for the next batch as found room in the last one, and some more: what is looked at in vain is looked
    /// at twice.
    mutating func adaptPaths(to batch: Batch) {
        let fitting = batch.isFull ? batch.changes.count + batch.changes.count / 8 : pathsInBatch * 2
        pathsInBatch = min(max(fitting, Self.leastPathsInBatch), Self.mostPathsInBatch)
    }

    /// Hands out whatever may be started now: aligning before anything else, uploads beside the batches, one batch after the
    /// other, or a second one behind the first where there is enough to do.
    package mutating func takeWork(at now: Instant) -> [Work] {
        guard isWatching, link.isOpen(at: now), !isAligning else { return [] }
        guard state != nil else {
            guard !isBatchInFlight else { return [] }
            isAligning = true
            return [.align]
        }
        var work = uploads.takeWaiting(isDue: queue.contains).map { Work.upload($0) }
        guard flights.isEmpty || mayFollow else { return work }
        let paths = queue.takeReady(at: now, most: pathsInBatch)
        guard !paths.isEmpty else { return flights.isEmpty ? work + checkState(at: now) : work }
        flights.begin()
        work.append(.batch(paths))
        return work
    }

    /// Whether another batch may go out behind the one that is on its way. Names of one file follow each other in the record.
    private var mayFollow: Bool {
        flights.mayBeFollowed && queue.waitingCount >= leastToFollow && !preserved.contains(.hardLinks)
    }

    /// How long the server's state is believed without asking. It may have lost something and be waiting for it, while
    /// nothing happens in the source that would find that out.
    package static var longestSilence: Duration { .seconds(60) }

    /// Asks the server for its state, where it was not heard of for long.
    private mutating func checkState(at now: Instant) -> [Work] {
        guard let heardAt, heardAt.advanced(by: Self.longestSilence) <= now else { return [] }
        isAligning = true
        return [.align]
    }

    /// When `takeWork` or `sweep` may next have something to do; nil when only an event, or the end of work that was handed
    /// out, can make some.
    package mutating func nextDue() -> Instant? {
        var due = state == nil ? nil : queue.nextDue()
        let isBusy = isBatchInFlight || isAligning
        if isBusy { due = nil }
        if let retryAt = link.retryAt { due = due.map { max($0, retryAt) } ?? (state == nil ? retryAt : nil) }
        let check = isBusy || state == nil ? nil : heardAt?.advanced(by: Self.longestSilence)
        for alarm in [nextSweep, unseen.nextDue, check] { if let alarm { due = min(due ?? alarm, alarm) } }
        return due
    }

    /// Notes that the server answered.
    mutating func linkUp(at now: Instant) {
        heardAt = now
        if link.succeeded() { tell(.linkUp) }
    }

    /// Notes that a request failed: everything that needs the link waits for one backoff.
    package mutating func linkDown(_ error: LinkError, at now: Instant) {
        if error.kind == .otherState { state = nil }
        heardAt = now
        counters.linkFailures += 1
        if link.failed(error.reason, at: now, chance: chance()) { tell(.linkDown(error.reason)) }
    }
}
