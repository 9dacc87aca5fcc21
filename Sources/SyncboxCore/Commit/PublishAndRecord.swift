// SPDX-License-Identifier: Apache-2.0

/// A share, as a commit sees it: the destination, the catalog, and what an acknowledgement promises.
package protocol CommitStore {
    associatedtype Tree: Destination
    associatedtype Record: CatalogRecord

    /// Where the files are.
    var tree: Tree { get }
    /// What keeps that which a batch removes and replaces; nil, as where nothing else is said, to keep nothing. `holding` says
    /// that nothing but its age may end it.
    func keeper(holding: Bool) -> (any Keeper<Tree.Staged>)?
    /// The catalog's state after the last transaction.
    var state: ShareState { get }
    /// Whether something may have been published that is not recorded.
    var isDoubtful: Bool { get nonmutating set }

    /// Throws where what is written would not be found at the destination's place.
    func checkDestination() throws
    /// Gives `body` the catalog to change, and commits what it did as one. Nothing is changed when it throws.
    func transaction(_ body: (Record) throws -> Void) throws
    /// Makes durable what is at these paths, as far as the share promises that.
    func syncEntries(at paths: Set<RelativePath>) throws(FileError)

    /// The work gets on. It is called for every entry, and ahead of whatever may take long.
    func beat()
    /// Tells what a batch met.
    func tell(_ notes: [CommitNote])
    /// Tells how many entries a comparison with the destination found to differ.
    func tell(differences: Int)
    /// Tells what failed, and answers what that is to the client.
    func outcome(of error: any Error, failing what: String) -> Outcome
}

extension CommitStore {
    /// Nothing is kept.
    package func keeper(holding: Bool) -> (any Keeper<Tree.Staged>)? { nil }

    /// Publishes, syncs and records changes whose contents are staged and durable, each of which has an outcome afterwards.
    ///
    ///     note ─► publish, in order ─► sync names ─► record
    ///
    /// With `mustKeep` no content is removed or replaced but such that is kept for its time.
    /// A conflict, with nothing done, where the catalog is on another state than `base`; nil stands for any. When the batch as a
    /// whole fails nothing of it is recorded or acknowledged. Every step may be the last one before a crash, without harm.
    package func publishAndRecord(
        _ changes: inout [StagedChange<Tree.Staged>], base: ShareState?, mustKeep: Bool = false
    ) -> CommitResult {
        do {
            try checkDestination()
        } catch {
            return takeBack(&changes, outcome(of: error, failing: "a batch was refused"))
        }
        var needless: [Tree.Staged] = []
        var result = CommitResult.committed
        do {
            try checkCatalogIfDoubtful()
            guard base == nil || base == state else { return .conflict }
            let notes = note(&changes)
            try transaction { catalog in
                let publish = try PublishChange(
                    changes, on: tree, catalog, keeper: keeper(holding: mustKeep), mustKeep: mustKeep, beat: beat)
                defer { needless = publish.displaced }

                // Publish: rename what is staged to its name, in the batch's order.
                for index in changes.indices where changes[index].outcome == nil {
                    try publish.publish(&changes[index])
                }
                if try !publish.restoreDirectories() { takeLastBack(&changes) }

                // Sync the names, and the modes and times.
                beat()
                try syncEntries(at: publish.directories.union(publish.entries))
                tell(publish.notes)

                // Record: the transaction is committed, and synced, when this closure returns.
                catalog.raiseSequence()
            }
            needless += notes
        } catch {
            isDoubtful = true
            let what = "a batch could not be committed; nothing of it is acknowledged"
            result = takeBack(&changes, outcome(of: error, failing: what))
        }
        beat()
        for entry in needless { discard(entry) }
        return result
    }

    /// Takes every acknowledgement back: what was published may be lost with the power, or is not recorded.
    private func takeBack(_ changes: inout [StagedChange<Tree.Staged>], _ outcome: Outcome) -> CommitResult {
        for index in changes.indices where changes[index].outcome?.isApplied ?? true {
            changes[index].outcome = outcome
        }
        // Where there is no room the outcomes tell: the client then sends removals first.
        guard case .problem(let kind, let text) = outcome, kind != .noSpace else { return .committed }
        return .failed(kind, text)
    }

    /// Takes the last acknowledgement back, though its change is made and recorded: so that the client looks what the server
    /// has, which is not what it must believe.
    private func takeLastBack(_ changes: inout [StagedChange<Tree.Staged>]) {
        guard let last = changes.lastIndex(where: { $0.outcome?.isApplied ?? false }) else { return }
        changes[last].outcome = .preconditionFailed
    }

    /// Notes what a batch is about to give names. Where the notes can't be made, as on a file system that is full, names are
    /// not given: after a crash nobody would know whose they are. What only removes goes on.
    private func note(_ changes: inout [StagedChange<Tree.Staged>]) -> [Tree.Staged] {
        let intents = changes.filter { $0.outcome == nil }.compactMap { Intent($0.change) }
        var noted: [Tree.Staged] = []
        do throws(FileError) {
            for note in Intent.notes(of: intents, on: state.sequence) { noted.append(try tree.stageIntent(note)) }
        } catch {
            for index in changes.indices where changes[index].outcome == nil && Intent(changes[index].change) != nil {
                changes[index].outcome = .problem(error)
            }
        }
        return noted
    }

    /// Compares the catalog with the destination where that is in doubt.
    package func checkCatalogIfDoubtful() throws {
        guard isDoubtful else { return }
        try checkCatalog()
        isDoubtful = false
    }

    /// Brings the catalog in line with the destination: after a crash, and after a batch that was published but not recorded.
    ///
    /// What differs makes the catalog another one, so that the client notices, and sends or removes it. Nothing is removed here.
    /// Blocks for as long as it takes to look at every entry.
    package func checkCatalog() throws {
        let notes = try tree.intents()
        let intents = Intent.read(notes.map(\.note), since: state.sequence)
        var check = CatalogCheck<Tree, Record>(tree: tree)
        try transaction { catalog in
            try check.run(in: catalog, intents: intents)
            if check.differences > 0 { catalog.leaveSequence() }
        }
        for (entry, _) in notes { discard(entry) }
        tell(differences: check.differences)
        tell(check.unseen)
    }

    /// Removes what is staged and no longer needed. What can't be removed is swept away at the next start.
    private func discard(_ entry: Tree.Staged) {
        _ = try? tree.discard(entry)
    }
}
