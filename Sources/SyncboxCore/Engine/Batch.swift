// SPDX-License-Identifier: Apache-2.0

/// One batch on its way through the client: the paths that were taken, what was found at them, and what to do.
package struct Batch {
    /// How a path of the batch ends before anything is sent.
    enum Ending {
        /// There is nothing to do, or it is not mirrored.
        case done
        /// It is taken up again at once: it changed under our hands, or the batch is full.
        case again
        /// It could not be looked at or read.
        case failed(ProblemKind, String)
        /// Its deletion is held back.
        case held
        /// An upload comes first; the path stays taken until that has ended.
        case uploading

        /// It could not be looked at or read.
        static func failed(_ error: FileError) -> Ending { .failed(error.problemKind, error.description) }
    }

    /// Which of the batches on their way it is.
    let flight: Int
    /// Every path that the batch has taken from the queue.
    var taken: Set<RelativePath> = []
    /// Those of them that had been written to, as the watch told.
    var written: Set<RelativePath> = []
    /// What the looks found.
    var observations: [RelativePath: Observation] = [:]
    /// What the record has at the paths that were asked for so far; nil where it has nothing. It stays as it is until the batch is
    /// confirmed, so that nothing is asked for twice.
    private(set) var recorded: [RelativePath: Confirmed?] = [:]
    /// Entries that the index knows elsewhere.
    var moves = Moves()
    /// What each path needs on the wire, besides its move.
    var changes: [RelativePath: Change] = [:]
    /// What the index learns of each path once its changes are acknowledged.
    var results: [RelativePath: Confirmed] = [:]
    /// Paths that end without being sent.
    var endings: [RelativePath: Ending] = [:]
    /// Files with several names of which this batch sends one: the others come after it.
    var leaders: [Identity: RelativePath] = [:]
    /// Of each path that becomes another name of a file, which that is: it stays as it is until that is done.
    var twins: [RelativePath: Twin] = [:]
    /// Files with several names, which are told apart by nobody when one of them is written to.
    var linked: Set<RelativePath> = []
    /// Paths that become other names of a file of which the server lacks something: they are looked at again afterwards.
    var lacking: Set<RelativePath> = []
    /// Files that are sent as they were, and have grown since: they are looked at again afterwards.
    var grown: Set<RelativePath> = []
    /// Paths where something else takes the place of a directory that was confirmed, which goes with all below it.
    var replacing: Set<RelativePath> = []
    /// What the batch removes without anybody having released it, with how many entries each path stands for.
    var going: [RelativePath: UInt64] = [:]
    /// Bytes of content that the changes carry so far.
    var contentSize = 0

    /// Whether another content would make the batch too large.
    var isFull: Bool { contentSize >= WireLimits.contentInBatch }

    /// The paths where a look succeeded, in their order: a directory comes before what is in it.
    var seen: [(path: RelativePath, observation: Observation)] {
        observations.keys.sorted().compactMap { path in observations[path].map { (path, $0) } }
    }
}

extension Batch {
    /// An empty batch.
    init(flight: Int) {
        self.flight = flight
    }

    /// Asks `record` for what it has at `paths`, all together, but for those that it was asked for before.
    mutating func ask(_ record: some ConfirmedRecord, for paths: some Sequence<RelativePath>) throws {
        let paths = paths.filter { recorded[$0] == nil }
        guard !paths.isEmpty else { return }
        let found = try record.confirmed(at: paths)
        for path in paths { recorded.updateValue(found[path], forKey: path) }
    }

    /// What the record has at `path`, which it was asked for.
    func confirmed(at path: RelativePath) -> Confirmed? { recorded[path] ?? nil }
}

extension Confirmed {
    /// What the index knows once the server has acknowledged `observed`, whose digest is known.
    init(_ observed: Observed, isJoined: Bool = false) {
        self.init(entry: observed.entry, identity: observed.identity, changed: observed.changed, isJoined: isJoined)
    }
}
