// SPDX-License-Identifier: Apache-2.0

/// The client's engine as a value: takes what the watch saw, decides when and what to send, and remembers what was confirmed.
///
/// It waits for nothing and owns no clock, thread or connection: whoever runs it does the `Work` that it hands out, gives back
/// how that ended, and passes the time in. So a simulator tries in seconds what a machine meets in years.
///
///     start ─► place watches ─► align with the server ─► rescan the source ─► mirror batches as they come due
///                                      ▲                                │
///                                      └── another state, a lost reply ─┘
package struct Mirror<Source: SourceTree, Record: ConfirmedRecord> {
    /// The clock that waits are measured by.
    package typealias Instant = ContinuousClock.Instant

    /// What stays the same while the engine runs, but for what `reload` takes over.
    package struct Options: Sendable {
        /// What is done about changes from the time when the engine was not running.
        package var startup: ClientSettings.Startup
        /// What is mirrored beyond content, mode and modification time.
        package var preserved: Set<Preserve>
        /// How long paths are held back, and how what failed is tried again.
        package var limits: ChangeQueue<Instant>.Limits
        /// When deletions are held back.
        package var brake: Brake<Instant>.Limits
        /// Whether deletions were held back when the last engine of this record ended.
        package var isHolding: Bool
        /// Whether large files are uploaded one after the other.
        package var uploadsOneAtATime: Bool
        /// How many paths have to wait for a second batch to go out while one is on its way.
        package var leastToFollow: Int
        /// Where the jitter of retries begins.
        package var seed: UInt64

        package init(
            startup: ClientSettings.Startup, preserved: Set<Preserve> = [], limits: ChangeQueue<Instant>.Limits,
            brake: Brake<Instant>.Limits = .off, isHolding: Bool = false, uploadsOneAtATime: Bool = false,
            leastToFollow: Int = mostPathsInBatch, seed: UInt64
        ) {
            self.startup = startup
            self.preserved = preserved
            self.limits = limits
            self.brake = brake
            self.isHolding = isHolding
            self.uploadsOneAtATime = uploadsOneAtATime
            self.leastToFollow = leastToFollow
            self.seed = seed
        }
    }

    let source: Source
    let record: Record
    let startup: ClientSettings.Startup
    let preserved: Set<Preserve>
    private var chances: SplitMix

    /// What waits to be mirrored, and when.
    package internal(set) var queue: ChangeQueue<Instant>
    /// Whether the server takes requests.
    package internal(set) var link: LinkState<Instant>
    /// Trouble with single paths.
    package internal(set) var problems = Problems()
    /// Large files on their way beside the batches.
    package internal(set) var uploads: UploadQueue
    /// What has been done since the start.
    package internal(set) var counters = EngineCounters()
    /// What is neither file, directory nor symbolic link, and so not mirrored.
    package internal(set) var special: Set<RelativePath> = []
    /// The state that the record describes; nil while it must be aligned before anything is sent.
    package internal(set) var state: ShareState?
    /// Whether the watches stand.
    package internal(set) var isWatching = false
    /// The batches on their way.
    var flights = Flights()
    /// How many paths are taken for the next batch.
    var pathsInBatch = mostPathsInBatch
    /// How many paths have to wait for a batch to go out while another is on its way: what is less gathers meanwhile.
    let leastToFollow: Int
    /// Whether the record is being aligned with the server.
    package internal(set) var isAligning = false

    var linkedUploads = LinkedUploads()
    /// Paths that the destination could not make another name of a file: they are sent as files of their own, until somebody
    /// asks for a rescan.
    var withoutLink: Set<RelativePath> = []
    /// Files that at the destination are not what was confirmed, so that their metadata alone could not be set.
    var neededWhole: Set<RelativePath> = []
    var rescan = RescanCursor()
    var witnessed = WitnessedMoves()
    var uncompared = UncomparedDirectories()
    /// Where nothing was found of late.
    var absences = RecentPaths()
    /// Directories that were compared of late.
    var compared = RecentPaths()
    var written = WrittenFiles()
    /// Holds deletions back where suspiciously many come at once.
    var brake: Brake<Instant>
    /// Since when no scan is under way whose finds are not decided; nil while one is, and when all are decided.
    var scanEnded: Instant?
    /// Whether the record, and the journal, have it that deletions are held.
    var isHeldNoted: Bool
    /// Whether the destination was full at the last batch.
    var isFull = false
    /// Who waits for what.
    var barriers = Barriers()
    /// What an audit counts; nil while none runs.
    var differences: Differences?
    /// Directories in which a file system was unmounted: what was below them is unknown.
    var unknown: Set<RelativePath> = []
    /// Paths whose move led nowhere, because it was part of a circle: sent as if they were new.
    var withoutMove: Set<RelativePath> = []
    /// Whether it is known that the source is the directory that was mirrored before, or is held for another.
    var isSourceChecked = false
    /// Whether the record has been in line with the server since the start.
    var hasAligned = false
    var hasScanned = false
    /// When the server last told its state.
    var heardAt: Instant?
    /// What could not be seen, and when it is tried again.
    var unseen = UnseenPaths()
    /// When the whole source is looked at again because not all of it is watched; nil while all is.
    var nextSweep: Instant?
    private var notices: [Notice] = []

    /// An engine that has seen nothing yet.
    package init(source: Source, record: Record, options: Options) {
        self.source = source
        self.record = record
        startup = options.startup
        preserved = options.preserved
        leastToFollow = options.leastToFollow
        chances = SplitMix(seed: options.seed)
        // What was not mirrored while nothing ran is not mirrored later either, where only what happens from now on counts.
        let isHolding = options.isHolding && options.startup != .watch
        brake = Brake(limits: options.brake, isEngaged: isHolding)
        isHeldNoted = options.isHolding
        queue = ChangeQueue(limits: options.limits)
        link = LinkState(retry: options.limits.retry)
        uploads = UploadQueue(oneAtATime: options.uploadsOneAtATime)
    }

    /// Whether a batch is on its way.
    package var isBatchInFlight: Bool { !flights.isEmpty }
    /// Whether the source is being compared with the record.
    package var isRescanning: Bool { rescan.isRunning }
    /// Whether it is not decided yet what becomes of what was found to be gone.
    package var isDeciding: Bool { brake.isDeciding }
    /// Whether the whole source has been compared with the record since the start.
    package var hasComparedAll: Bool { hasScanned }
    /// Whether nothing waits and nothing is on its way: the destination has all that could be mirrored.
    package var isIdle: Bool { queue.isIdle && !rescan.isRunning && !isDeciding && state != nil && !isAligning }

    /// Takes other limits; they hold for what is touched or fails from now on.
    package mutating func reload(_ limits: ChangeQueue<Instant>.Limits, brake: Brake<Instant>.Limits) {
        queue.limits = limits
        self.brake.limits = brake
    }

    /// Looks at the whole source again, and tries anew to join what could not be joined.
    package mutating func rescanAll() {
        withoutLink = []
        beginRescan(at: .root)
    }

    /// Takes what there is to tell, in its order.
    package mutating func takeNotices() -> [Notice] {
        defer { notices = [] }
        return notices
    }

    mutating func tell(_ notice: Notice) {
        notices.append(notice)
    }

    /// A number from 0 up to 1, for jitter.
    mutating func chance() -> Double {
        Double(chances.next() >> 11) * 0x1p-53
    }
}
