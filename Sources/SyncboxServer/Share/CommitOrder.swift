// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// Lets the batches of one share commit one after another, each on the state that it builds on.
///
/// A client sends the next batch while the last one is committed: the second names the state that the first will leave
/// behind. Whichever arrives first, they are committed in the order of those states.
actor CommitOrder {
    /// How long a batch waits for one before it that has not even begun to arrive: on another connection it may be late.
    static let longestWait = Duration.seconds(1)
    /// The furthest a batch may be ahead of the catalog.
    static let mostAhead: UInt64 = 8

    private var isTaken = false
    /// How many batches wait for their turn.
    private var waitingBatches = 0
    /// How many wait for a turn between two batches.
    private var waitingBetween = 0
    /// Whether the last turn was one between batches: the next one is a batch's, where one waits.
    private var wasBetween = false
    /// The bases of the batches that are arriving or waiting, with how many there are of each.
    private var arriving: [ShareState: Int] = [:]
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init() {}

    /// A batch on `base` has begun to arrive. To be followed by `leave(_:)`, whatever becomes of it.
    func arrive(_ base: ShareState) {
        arriving[base, default: 0] += 1
    }

    /// The batch on `base` is done with, or has failed.
    func leave(_ base: ShareState) {
        arriving[base, default: 1] -= 1
        if arriving[base] == 0 { arriving[base] = nil }
        wakeAll()
    }

    /// Waits until a batch on `base` may commit: nobody else does, and the catalog, whose state `current` tells, is on that
    /// base, or can't get there any more. nil stands for any base. To be followed by `yieldTurn()`.
    func takeTurn(_ base: ShareState?, current: @Sendable () -> ShareState) async {
        let deadline = ContinuousClock.now.advanced(by: Self.longestWait)
        waitingBatches += 1
        defer { waitingBatches -= 1 }
        while isTaken || (waitingBetween > 0 && !wasBetween)
            || (isComing(base, current()) && !isOverdue(base, deadline))
        {
            await change(before: isTaken || ContinuousClock.now >= deadline ? nil : deadline)
        }
        isTaken = true
        wasBetween = false
    }

    /// Waits until nothing is committed, for what is no batch: in turn with the batches that wait, so that neither keeps the
    /// other away for long. To be followed by `yieldTurn()`.
    func takeTurnBetween() async {
        waitingBetween += 1
        defer { waitingBetween -= 1 }
        while isTaken || (wasBetween && waitingBatches > 0) { await change(before: nil) }
        isTaken = true
        wasBetween = true
    }

    /// Lets the next one in.
    func yieldTurn() {
        isTaken = false
        wakeAll()
    }

    /// Whether batches that are under way may still lead to `base`.
    private func isComing(_ base: ShareState?, _ current: ShareState) -> Bool {
        guard let base, base.epoch == current.epoch, base.sequence > current.sequence else { return false }
        return base.sequence - current.sequence <= Self.mostAhead
    }

    /// Whether nothing that leads to `base` is arriving, and the time for it to begin is over.
    private func isOverdue(_ base: ShareState?, _ deadline: ContinuousClock.Instant) -> Bool {
        guard let base else { return true }
        let isExpected = arriving.keys.contains { $0.epoch == base.epoch && $0.sequence < base.sequence }
        return !isExpected && ContinuousClock.now >= deadline
    }

    private func change(before deadline: ContinuousClock.Instant?) async {
        // Not a child task: who waits shall not wait for the alarm clock, which ends by itself.
        let alarm = deadline.map { deadline in
            Task {
                try? await Task.sleep(until: deadline)
                if !Task.isCancelled { wakeAll() }
            }
        }
        await withCheckedContinuation { waiting.append($0) }
        alarm?.cancel()
    }

    private func wakeAll() {
        let woken = waiting
        waiting = []
        for continuation in woken { continuation.resume() }
    }
}
