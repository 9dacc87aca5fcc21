// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// A named destination: its tree of files, the catalog of what is in it, and who writes to it.
final class Share: Sendable {
    /// Its name, as the settings and URLs have it.
    let name: String
    /// Where the files are.
    let tree: DestinationTree
    /// What of it is durable.
    let catalog: Catalog
    /// Contents that are on their way.
    let uploads: Uploads
    /// What is kept of what was removed and replaced.
    let kept: KeptVersions
    /// Whose turn it is to commit.
    let order = CommitOrder()
    /// Beats while a batch is committed.
    let pulse: Pulse
    /// Logs with the share's name.
    let logger: Logger

    private let didChange: @Sendable () -> Void
    private let promise: Mutex<ServerSettings.Durability>
    private let lease = Mutex(Lease<ContinuousClock.Instant>())
    private let counters = Mutex(Counters())
    /// What has been measured since the start.
    let meter = Mutex(ShareMeter())
    /// How far the share reflects its source.
    let freshness: Mutex<FreshnessState>
    /// The audit that runs, or the last one.
    let audit = Mutex(AuditState())

    /// What the share did since the daemon started.
    private struct Counters {
        var changes: UInt64 = 0
        var batches: UInt64 = 0
        var syncs: UInt64 = 0
        /// Whether something may have been published that is not recorded.
        var isDoubtful = false
        /// Whether something was published that a relaxed share has yet to sync.
        var hasUnsynced = false
    }

    init(
        name: String, tree: DestinationTree, catalog: Catalog, durability: ServerSettings.Durability,
        keep: KeepBounds? = nil, pulse: Pulse, logger: Logger, didChange: @escaping @Sendable () -> Void = {}
    ) throws {
        self.name = name
        self.tree = tree
        self.catalog = catalog
        self.pulse = pulse
        self.didChange = didChange
        var logger = logger
        logger[metadataKey: "share"] = "\(name)"
        self.logger = logger
        kept = try KeptVersions(of: tree, within: keep)
        uploads = try Uploads(staging: tree.staging, catalog: catalog)
        promise = Mutex(durability)
        freshness = Mutex(FreshnessState(known: catalog.summary.fresh))
    }

    /// What an acknowledgement promises.
    var durability: ServerSettings.Durability { promise.withLock { $0 } }

    /// Changes what an acknowledgement promises from the next batch on. Waits for a batch that is being recorded.
    func setDurability(_ durability: ServerSettings.Durability) throws {
        if durability == self.durability { return }
        try catalog.setDurability(durability)
        promise.withLock { $0 = durability }
        logger.notice("the share is \(durability.rawValue) from now on")
    }

    /// Changes how long and how much is kept, from the next batch on.
    func setKeep(_ bounds: KeepBounds?) {
        if bounds == kept.bounds { return }
        kept.setBounds(bounds)
        logger.notice("\(bounds.map { "what is deleted is kept from now on: \($0)" } ?? "nothing more is kept")")
    }

    /// What the server tells of the share.
    var description: ShareDescription {
        let summary = catalog.summary
        return ShareDescription(
            name: name, state: summary.state, entries: summary.entries, bytes: summary.bytes,
            durability: durability.rawValue, fresh: freshness.withLock { $0.known })
    }

    /// The share as `syncbox status` shows it.
    var status: ServerStatus.Share {
        let (changes, batches, syncs) = counters.withLock { ($0.changes, $0.batches, $0.syncs) }
        let writer = lease.withLock { $0.holder(at: .now)?.writer }
        let sum = kept.bounds == nil ? nil : kept.sum
        return ServerStatus.Share(
            description: description, changes: changes, batches: batches, syncs: syncs, writer: writer,
            keptEntries: sum?.entries, keptBytes: sum?.bytes)
    }

    /// Counts a batch that was committed.
    func count(_ outcomes: [Outcome]) {
        counters.withLock { counters in
            counters.batches += 1
            counters.changes += UInt64(outcomes.count { $0.isApplied })
        }
        logger.debug("committed \(outcomes.count { $0.isApplied }) of \(outcomes.count) changes")
        didChange()
    }

    /// Counts calls that sync, and how long they took together.
    private func countSyncs(_ count: Int, since started: ContinuousClock.Instant) {
        counters.withLock { $0.syncs += UInt64(count) }
        measureSync(since: started)
    }

    /// Removes what is staged and no longer needed. What can't be removed is swept away at the next start.
    func remove(_ staged: StagedEntry) {
        do { try tree.staging.remove(staged) } catch { logger.warning("something staged stays: \(error)") }
    }
}

/// What a commit asks of a share.
extension Share: CommitStore {
    var state: ShareState { catalog.summary.state }

    var isDoubtful: Bool {
        get { counters.withLock { $0.isDoubtful } }
        set { counters.withLock { $0.isDoubtful = newValue } }
    }

    func transaction(_ body: (CatalogTransaction) throws -> Void) throws {
        let fresh = latestFreshness
        try catalog.transaction { catalog in
            try body(catalog)
            catalog.record(fresh)
        }
        adopt(fresh)
    }

    func keeper(holding: Bool) -> (any Keeper<StagedEntry>)? {
        kept.bounds == nil ? nil : VersionKeeper(kept: kept, isHolding: holding)
    }

    func syncEntries(at paths: Set<RelativePath>) throws(FileError) {
        guard durability == .durable else { return counters.withLock { $0.hasUnsynced = true } }
        let started = ContinuousClock.now
        let count: Int
        if kept.hasUnsynced {
            // What leads to something kept may have been made on the way: more names than are worth to be synced one by one.
            try tree.syncFileSystem()
            kept.hasUnsynced = false
            count = 1
        } else {
            count = try tree.syncEntries(at: paths)
        }
        countSyncs(count, since: started)
    }

    /// How long one sync of a slow disk may take before the watchdog holds the server for stuck.
    private static let longestSync = Duration.seconds(300)

    func beat() {
        pulse.beat(nextWithin: Self.longestSync)
    }
}

extension Share {
    /// Takes the lease for one request of `writer`. Returns who holds it, when that is another.
    func beginLease(_ writer: WriterName) -> Lease<ContinuousClock.Instant>.Holder? {
        lease.withLock { $0.begin(writer, at: .now) }
    }

    /// Ends the request that `beginLease` began.
    func endLease(_ writer: WriterName) {
        lease.withLock { $0.end(writer, at: .now) }
    }
}

extension Share {
    /// Makes staged contents durable before they are published, as far as the share promises that.
    func syncContents(_ staged: [StagedEntry]) throws(FileError) {
        guard durability == .durable, !staged.isEmpty else { return }
        let started = ContinuousClock.now
        countSyncs(try tree.syncContents(of: staged), since: started)
    }

    /// Makes durable what a relaxed share has published since the last time.
    func syncLater() throws {
        guard counters.withLock({ $0.hasUnsynced }) else { return }
        counters.withLock { $0.hasUnsynced = false }
        let started = ContinuousClock.now
        do {
            try tree.syncFileSystem()
            try catalog.checkpoint()
        } catch {
            counters.withLock { $0.hasUnsynced = true }
            throw error
        }
        countSyncs(1, since: started)
    }
}
