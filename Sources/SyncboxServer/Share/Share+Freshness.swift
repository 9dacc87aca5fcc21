// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

extension Share {
    /// How long what a client without changes tells may wait to be recorded: recording takes an fsync of its own.
    static let longestUnrecorded = Duration.seconds(60)

    /// Notes what the batch tells whose turn it is; nil where it tells nothing, and when it is done.
    func announce(_ instant: Timestamp?) {
        freshness.withLock { $0.announced = instant }
    }

    /// How far the share reflects its source once the batch is recorded whose turn it is.
    var latestFreshness: Freshness? {
        freshness.withLock { state in
            state.announced.map { .latest(state.known, $0, received: .now) } ?? state.known
        }
    }

    /// Takes over what has been recorded with a batch.
    func adopt(_ fresh: Freshness?) {
        guard let fresh else { return }
        freshness.withLock { $0.known = .newest(fresh, $0.known) }
    }

    /// Notes what a client tells without a batch. It is recorded with the next one, or a while later.
    func note(fresh instant: Timestamp) {
        freshness.withLock { $0.known = .latest($0.known, instant, received: .now) }
    }

    /// Records what a client told without a batch, if what is recorded was told longer ago than `age`.
    func recordFreshness(olderThan age: Duration) throws {
        guard let fresh = freshness.withLock({ $0.known }), fresh != catalog.summary.fresh else { return }
        let recorded = (catalog.summary.fresh?.received).flatMap { Timestamp(decimal: $0) }
        if let recorded, let received = Timestamp(decimal: fresh.received),
            (.zero..<age).contains(recorded.duration(to: received))
        {
            return
        }
        try catalog.transaction { $0.record(.newest(fresh, $0.summary.fresh)) }
    }
}

extension Freshness {
    /// Of what a client told at two times, what reaches further.
    fileprivate static func newest(_ one: Freshness, _ other: Freshness?) -> Freshness {
        guard let other, let (instant, further) = instants(one, other), further > instant else { return one }
        return other
    }

    private static func instants(_ one: Freshness, _ other: Freshness) -> (Timestamp, Timestamp)? {
        guard let instant = Timestamp(decimal: one.instant), let further = Timestamp(decimal: other.instant) else {
            return nil
        }
        return (instant, further)
    }
}

/// How far a share reflects its source.
struct FreshnessState: Sendable {
    /// What the catalog has, or what a client without changes has told since then.
    var known: Freshness?
    /// What the batch tells whose turn it is.
    var announced: Timestamp?
}
