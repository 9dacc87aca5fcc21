// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Runs a `Mirror`, which decides everything: gives it what the watch saw and the time, and does the work that it hands out.
///
/// `run` is called with a task executor of one thread, on which it then looks, reads and asks the index; only the link
/// to the server is waited for without blocking that thread. Everything that happens reaches it as a wake-up of `run`, which
/// then works at its own pace.
actor Engine {
    typealias Clock = ContinuousClock

    /// What the engine is made of, fixed while it runs.
    struct Parts: Sendable {
        /// The instance's name.
        var instance: String
        var settings: ClientSettings
        var source: Source
        var watcher: Watcher
        var link: ServerLink
        /// Where whole large files are hashed, beside the engine's own thread.
        var readers: FileThreads
        var logger: Logger
        var pulse: Pulse
        /// Called when the watches stand.
        var onWatching: @Sendable () -> Void
        /// Called when the start takes time, so that the service manager waits.
        var onStartGoesOn: @Sendable () -> Void
        /// Called when the status may have changed.
        var onChange: @Sendable () -> Void
    }

    nonisolated let parts: Parts
    nonisolated let wakeUps = WakeUps()
    let index: Index
    /// What decides.
    var mirror: Mirror<Source, Index>

    var timer = EngineTimer()
    /// When the daemon started.
    let started = Timestamp.now
    /// How many entries are confirmed, counted at `countedAt`: counting looks at every row.
    var confirmedCount: UInt64 = 0
    /// How many entries were confirmed or on their way to that, at the same time.
    var totalCount: UInt64 = 0
    var countedAt: Clock.Instant?
    var isStopping = false
    /// Whether `run` has returned: nothing will be mirrored any more.
    var hasEnded = false
    /// Who waits for which mark.
    var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    /// How far the destination reflects the source.
    var freshness = FreshnessClock()
    /// How fast it goes.
    var rates = RateMeter<Clock.Instant>()
    /// From sending a batch to the server's answer.
    var batchTimes = Histogram()
    /// Whether the server is being told that.
    var isReporting = false
    /// The audit that runs, or the last one.
    var audit: AuditStatus?
    /// An audit that was asked for and has not begun.
    var auditOrder: AuditRequest?
    /// What can't be mended while running, as soon as there is such a thing.
    private var failure: (any Error)?

    nonisolated var watcher: Watcher { parts.watcher }
    nonisolated var link: ServerLink { parts.link }

    /// Throws what the index throws.
    init(parts: Parts, index: sending Index) throws {
        self.parts = parts
        self.index = index
        mirror = Mirror(
            source: parts.source, record: index,
            options: .init(
                startup: parts.settings.startup, preserved: parts.settings.preserve,
                limits: Self.limits(parts.settings), brake: Self.brake(parts.settings), isHolding: try index.isHolding,
                uploadsOneAtATime: parts.settings.uploadBandwidth != nil,
                seed: .random(in: .min ... .max)))
    }

    /// The brake's limits as the settings have them.
    static func brake(_ settings: ClientSettings) -> Brake<Clock.Instant>.Limits {
        .init(percent: settings.brake.percent, count: settings.brake.count)
    }

    /// The queue's limits as the settings have them.
    static func limits(_ settings: ClientSettings) -> ChangeQueue<Clock.Instant>.Limits {
        let retry = RetryPolicy(
            first: settings.retry.first, longest: settings.retry.longest, attempts: settings.retry.attempts)
        return .init(quiet: settings.debounce.quiet, longestHold: settings.debounce.longestHold, retry: retry)
    }

    /// Runs until `stop()`, and returns when the batch in flight has ended; uploads are cut, for they can take hours. Throws
    /// what can't be mended while running.
    func run() async throws {
        defer {
            watcher.stop()
            endWaits()
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.endingRun { try await self.takeEvents() } }
            group.addTask { await self.extendStart() }
            for await _ in wakeUps.stream {
                if let failure { throw failure }
                parts.pulse.beat()
                mirror.sweep(at: .now)
                if try mirror.stepRescan(at: .now) { wakeUps.wake() }
                startWork(in: &group)
                tellNotices(in: &group)
                if isStopping, !mirror.isBatchInFlight { break }
                resumeWaiters(at: .now)
                keepFresh(in: &group, at: .now)
                startAudit(in: &group)
                timer.arm(at: [mirror.nextDue(), freshness.nextDue].compactMap { $0 }.min(), wakeUps)
                rates.note(mirror.counters, at: .now)
                parts.onChange()
                rest()
            }
            group.cancelAll()
        }
        parts.logger.log(.stopped, .notice, "stopped; what was in flight has been finished")
    }

    /// Gives the mirror what the watch saw, until the watch ends.
    private func takeEvents() async throws {
        while let events = await watcher.next() {
            parts.pulse.beat()
            try mirror.take(events, at: .now)
            rest()
            wakeUps.wake()
        }
    }

    /// Asks the service manager for patience as long as watches are being placed.
    private func extendStart() async {
        var placed = -1
        while !mirror.isWatching, !Task.isCancelled, watcher.watchCount > placed {
            placed = watcher.watchCount
            parts.onStartGoesOn()
            try? await Task.sleep(for: Self.startExtension / 3)
        }
    }

    /// Does `work` beside `run`, which ends with what it throws: a group would only cancel its other tasks.
    private func endingRun(_ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            failure = failure ?? (error is SourceGone ? sourceGone() : error)
        }
        wakeUps.wake()
    }

    private func sourceGone() -> FatalError {
        FatalError(
            .noInput, "the source \(parts.settings.source) was unmounted, moved away or replaced; nothing is deleted",
            remedy: "put it back, then start the service again")
    }

    /// Ends `run` after what is in flight.
    func stop() {
        isStopping = true
        wakeUps.wake()
    }

    /// Looks at the whole source again.
    func rescanAll() {
        mirror.rescanAll()
        wakeUps.wake()
    }

    /// Lets the deletions go that are held. Answers what that is, for people; nil where nothing is held.
    func release() throws -> ReleaseAnswer {
        defer { wakeUps.wake() }
        return ReleaseAnswer(released: try mirror.release(at: .now))
    }

    private func startWork(in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard !isStopping else { return }
        for work in mirror.takeWork(at: .now) {
            group.addTask {
                await self.endingRun {
                    switch work {
                    case .align: try await self.align()
                    case .upload(let path): await self.upload(path)
                    case .batch(let paths): try await self.mirrorBatch(paths)
                    }
                }
            }
        }
    }

    /// How much longer the service manager waits whenever the start tells that it goes on.
    static let startExtension = Duration.seconds(90)

    /// The engine's thread has nothing to do until something wakes it. Where an answer of the server is awaited it must come
    /// in a bounded time, for the link has timeouts; otherwise there may be nothing to do for days.
    func rest() {
        if mirror.isBatchInFlight || mirror.isAligning {
            parts.pulse.beat(nextWithin: Self.longestAnswer)
        } else {
            parts.pulse.rest()
        }
    }

    /// Longer than any answer of the server can take: the link gives up before.
    private static let longestAnswer = ServerLink.longestStall * 3
}

extension Moment {
    /// The present one.
    static var now: Moment { Moment(instant: .now, wall: .now) }
}
