// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// When the client finds out how far the destination reflects its source, and tells the server.
///
///     mark made, at an instant ─► everything before it is mirrored: fresh up to that instant ─► told, with a batch or alone
struct FreshnessClock {
    /// How long after the last answer the next mark is made while changes are mirrored.
    private static let busyInterval = Duration.seconds(1)
    /// The same while nothing happens: the server's knowledge is as old as this at most.
    private static let idleInterval = Duration.seconds(20)

    /// The instant up to which everything is mirrored; nil before that is known.
    private(set) var fresh: Timestamp?
    /// The mark that is waited for, and when it was made.
    private var pending: (mark: UInt64, madeAt: Timestamp)?
    private var due: ContinuousClock.Instant?
    /// What the server has been told.
    private var told: Timestamp?
    /// How many batches had been acknowledged when the last mark was made.
    private var batches: UInt64 = 0

    /// When the next mark is to be made; nil while one is waited for.
    var nextDue: ContinuousClock.Instant? { pending == nil ? due : nil }

    /// Whether a mark is to be made now.
    func needsMark(at now: ContinuousClock.Instant) -> Bool {
        pending == nil && due.map { $0 <= now } ?? true
    }

    /// A mark was made, after `instant`.
    mutating func made(_ mark: UInt64, at instant: Timestamp, batches: UInt64) {
        pending = (mark, instant)
        self.batches = batches
    }

    /// No mark can be made at the moment.
    mutating func failed(at now: ContinuousClock.Instant) {
        due = now.advanced(by: Self.idleInterval)
    }

    /// Everything before a mark is mirrored. Nothing happens where it is somebody else's.
    mutating func passed(_ mark: UInt64, at now: ContinuousClock.Instant) {
        guard let pending, pending.mark == mark else { return }
        fresh = pending.madeAt
        self.pending = nil
        due = now.advanced(by: Self.idleInterval)
    }

    /// Changes were mirrored: the next mark is made sooner.
    mutating func mirrored(batches: UInt64, at now: ContinuousClock.Instant) {
        guard batches != self.batches, pending == nil else { return }
        self.batches = batches
        due = min(due ?? now, now.advanced(by: Self.busyInterval))
    }

    /// What the server has not been told yet; nil where it knows.
    var untold: Timestamp? { fresh == told ? nil : fresh }

    /// The server has been told.
    mutating func tell(_ instant: Timestamp) {
        told = instant
    }
}

extension Engine {
    /// Makes marks when they are due, and tells the server how far it is where no batch does.
    func keepFresh(in group: inout ThrowingDiscardingTaskGroup<any Error>, at now: Clock.Instant) {
        guard mirror.isWatching, !isStopping else { return }
        freshness.mirrored(batches: mirror.counters.batches, at: now)
        if freshness.needsMark(at: now) {
            let instant = Timestamp.now
            if let mark = try? makeMark() {
                freshness.made(mark, at: instant, batches: mirror.counters.batches)
            } else {
                freshness.failed(at: now)
            }
        }
        guard let untold = freshness.untold, mirror.isIdle, mirror.link.isOpen(at: now), !isReporting,
            let state = mirror.state
        else { return }
        isReporting = true
        group.addTask { await self.report(untold, of: state) }
    }

    private func report(_ instant: Timestamp, of state: ShareState) async {
        defer {
            isReporting = false
            wakeUps.wake()
        }
        do throws(LinkError) {
            try await link.report(FreshnessReport(state: state, instant: instant))
            freshness.tell(instant)
        } catch {
            // A batch that went out meanwhile has changed the state; what it left is told later.
            if mirror.state == state, !mirror.isBatchInFlight { mirror.linkDown(error, at: .now) }
        }
    }
}
