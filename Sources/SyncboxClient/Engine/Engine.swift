// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// Mirrors one source: takes what the watch saw, decides when and what to send, and remembers what was confirmed.
///
/// `run` is called with a task executor of one thread, on which it then looks, reads and asks the index; only the link
/// to the server is waited for without blocking that thread. Everything that happens reaches it as a wake-up of `run`, which then works at its own pace:
///
///     start ─► place watches ─► align the index with the server ─► rescan the source ─► mirror batches as they come due
///                                      ▲                                │
///                                      └── another state, a lost reply ─┘
actor Engine {
    typealias Clock = ContinuousClock

    /// What the engine is made of, fixed while it runs.
    struct Parts: Sendable {
        /// The instance's name.
        var instance: String
        var settings: ClientSettings
        /// The source.
        var root: Root
        var watcher: Watcher
        var rules: SourceRules
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

    var queue: ChangeQueue<Clock.Instant>
    var linkState: LinkState<Clock.Instant>
    var rescan = RescanCursor()
    /// Directories in which a file system was unmounted: what was below them is unknown.
    var unknown: Set<RelativePath> = []
    var problems = Problems()
    var uploads = Uploads()
    var counters = ClientStatus()
    var timer = EngineTimer()

    /// The state that the index describes; nil while it must be aligned before anything is sent.
    var state: ShareState?
    /// What is neither file, directory nor symbolic link, and so not mirrored.
    var special: Set<RelativePath> = []
    /// How many entries are confirmed, counted at `countedAt`: counting looks at every row.
    var confirmedCount: UInt64 = 0
    var countedAt: Clock.Instant?
    /// Paths whose move led nowhere, because two names were swapped: sent as if they were new.
    var withoutMove: Set<RelativePath> = []
    var isBatchInFlight = false
    var isAligning = false
    /// Whether the index has been in line with the server since the daemon started.
    var hasAligned = false
    var hasScanned = false
    var isWatching = false
    var isStopping = false
    /// What can't be mended while running, as soon as there is such a thing.
    private var failure: (any Error)?
    /// When the whole source is looked at again because not all of it is watched; nil while all is.
    var nextSweep: Clock.Instant?

    nonisolated var watcher: Watcher { parts.watcher }
    nonisolated var rules: SourceRules { parts.rules }
    nonisolated var link: ServerLink { parts.link }

    init(parts: Parts, index: sending Index) {
        self.parts = parts
        self.index = index
        counters.started = Timestamp.now.seconds
        let limits = Self.limits(parts.settings)
        queue = ChangeQueue(limits: limits)
        linkState = LinkState(retry: limits.retry)
    }

    /// The queue's limits as the settings have them.
    static func limits(_ settings: ClientSettings) -> ChangeQueue<Clock.Instant>.Limits {
        let retry = RetryPolicy(
            first: settings.retry.first, longest: settings.retry.longest, attempts: settings.retry.attempts)
        return .init(quiet: settings.debounce.quiet, longestHold: settings.debounce.longestHold, retry: retry)
    }

    /// Runs until `stop()`, and returns when the batch in flight has ended; uploads are cut, for they can take hours. Throws what can't be mended while running.
    func run() async throws {
        defer { watcher.stop() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.endingRun { try await self.takeEvents() } }
            group.addTask { await self.extendStart() }
            for await _ in wakeUps.stream {
                if let failure { throw failure }
                parts.pulse.beat()
                sweep()
                try stepRescan()
                try startWork(in: &group)
                if isStopping, !isBatchInFlight { break }
                armTimer()
                parts.onChange()
                rest()
            }
            group.cancelAll()
        }
        parts.logger.log(.stopped, .notice, "stopped; what was in flight has been finished")
    }

    /// Asks the service manager for patience as long as watches are being placed.
    private func extendStart() async {
        var placed = -1
        while !isWatching, !Task.isCancelled, watcher.watchCount > placed {
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
            failure = failure ?? error
            wakeUps.wake()
        }
    }

    /// Ends `run` after what is in flight.
    func stop() {
        isStopping = true
        wakeUps.wake()
    }

    /// Looks at the whole source again.
    func rescanAll() {
        beginRescan(at: .root)
        wakeUps.wake()
    }

    /// Starts whatever may be started now: aligning before anything else, uploads beside the batches, one batch at a time.
    private func startWork(in group: inout ThrowingDiscardingTaskGroup<any Error>) throws {
        let now = Clock.now
        guard isWatching, linkState.isOpen(at: now), !isStopping, !isAligning else { return }
        guard state != nil else {
            guard !isBatchInFlight else { return }
            isAligning = true
            return group.addTask { await self.endingRun { try await self.align() } }
        }
        for path in uploads.takeWaiting() { group.addTask { await self.upload(path) } }
        guard !isBatchInFlight else { return }
        let paths = queue.takeReady(at: now, most: Self.mostPathsInBatch)
        guard !paths.isEmpty else { return }
        isBatchInFlight = true
        group.addTask { await self.endingRun { try await self.mirrorBatch(paths) } }
    }

    /// How much longer the service manager waits whenever the start tells that it goes on.
    static let startExtension = Duration.seconds(90)
    /// The most paths taken for one batch: parents and moves that they need come on top.
    static let mostPathsInBatch = WireLimits.changesInBatch / 2

    /// The engine's thread has nothing to do until something wakes it. Where an answer of the server is awaited it must come
    /// in a bounded time, for the link has timeouts; otherwise there may be nothing to do for days.
    func rest() {
        if isBatchInFlight || isAligning {
            parts.pulse.beat(nextWithin: Self.longestAnswer)
        } else {
            parts.pulse.rest()
        }
    }

    /// Longer than any answer of the server can take: the link gives up before.
    private static let longestAnswer = ServerLink.longestStall * 3

    /// Wakes `run` when something comes due.
    private func armTimer() {
        var due = state == nil ? nil : queue.nextDue()
        if isBatchInFlight || isAligning { due = nil }
        if let retryAt = linkState.retryAt { due = due.map { max($0, retryAt) } ?? (state == nil ? retryAt : nil) }
        if let nextSweep { due = min(due ?? nextSweep, nextSweep) }
        timer.arm(at: due, wakeUps)
    }
}
