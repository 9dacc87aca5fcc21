// SPDX-License-Identifier: Apache-2.0

/// The brake in the engine: what a batch would remove, and what a scan found to be gone, goes or is held.
extension Mirror {
    /// What is held back, for people; nil while nothing is. `confirmed` is how many entries are confirmed.
    package func heldText(confirmed: UInt64) -> String? { brake.text(confirmed: confirmed) }

    /// Holds what is missing where the source is not the directory that was mirrored before: its file system is not mounted,
    /// or another one is, or somebody put another directory, or a symbolic link to one, in its place. The record knows the
    /// root by its inode and when that was made.
    ///
    /// Where that can't be told it is tried again, and nothing that a scan found to be gone is decided meanwhile.
    mutating func checkSource(at now: Instant) throws {
        guard !isSourceChecked else { return }
        let known = try record.confirmed(at: [.root])[.root]?.identity
        do throws(FileError) {
            let observation = try source.look(at: .root)
            isSourceChecked = true
            guard startup != .watch, let known, known.isReliable, case .present(let observed) = observation,
                observed.identity.isReliable, observed.identity != known
            else { return }
            brake.holdOtherSource()
        } catch {
            failed(.root, error, at: now)
        }
    }

    /// Takes deletions out of a batch that the brake holds; what takes the place of a whole directory counts as its deletion.
    /// False where the batch has to begin again, because a move would replace what is held.
    mutating func holdDeletions(in batch: inout Batch, at now: Instant) throws -> Bool {
        let removed = batch.changes.values.compactMap { change -> RelativePath? in
            if case .remove(let path) = change { return path }
            return batch.replacing.contains(change.path) ? change.path : nil
        }
        let replaced = try directoriesReplaced(byMovesIn: batch)
        let going = (removed + replaced).filter { !brake.isReleased($0) }
        guard !going.isEmpty else { return true }
        let deletions = try Deletion.topmost(going).map { path in
            Deletion(path: path, entries: try record.count(at: path))
        }
        let isAdmitted = try brake.admits(deletions, confirmed: { [record] in try record.count(at: .root) }, at: now)
        guard !isAdmitted else {
            for deletion in deletions { batch.going[deletion.path] = deletion.entries }
            return true
        }
        for path in removed where !brake.isReleased(path) {
            batch.changes[path] = nil
            batch.results[path] = nil
            batch.endings[path] = .held
        }
        withoutMove.formUnion(replaced)
        return replaced.isEmpty
    }

    /// Where a move puts something in the place of a directory that goes with all below it. (What replaces a single entry,
    /// as editors do when they save, is an update.)
    private func directoriesReplaced(byMovesIn batch: Batch) throws -> [RelativePath] {
        let places = batch.moves.all.map(\.to).filter { place in !batch.moves.all.contains { $0.from == place } }
        guard !places.isEmpty else { return [] }
        return try record.confirmed(at: places).filter { $0.value.entry.kind == .directory }.map(\.key).sorted()
    }

    /// Notes what became of what a batch was to remove.
    mutating func countDeletion(_ change: Change, in batch: Batch, at now: Instant) {
        if let entries = batch.going[change.path] { brake.went(entries, at: now) }
        switch change {
        case .move(_, let from, _): brake.left(from)
        case .remove(let path), .put(let path, _, _), .link(let path, _), .hardLink(let path, _, _): brake.forget(path)
        case .makeDirectory, .setMetadata, .exchange: break
        }
    }

    /// Begins to compare `directory`, with all below it, with the record.
    mutating func beginScan(at directory: RelativePath) {
        rescan.begin(at: directory)
        brake.beginScan(at: directory)
        scanEnded = nil
    }

    /// Takes what is gone from `directory` as a scan finds it. Nothing is decided before the scans have ended. `isEmptied` says
    /// that the source shows nothing at all any more: what nobody saw going there is unknown, not deleted.
    mutating func found(_ gone: [RelativePath], isEmptied: Bool, at now: Instant) {
        guard !brake.isReleasing else {
            for path in gone { queue.touch(path, .atOnce, at: now) }
            return
        }
        // The directories above are there: their own deletions are none any more, and would cover these.
        for directory in gone.first?.ancestors ?? [] { brake.forget(directory) }
        let deletions = gone.filter { !isEmptied || !queue.contains($0) }.map { Deletion(path: $0, entries: 1) }
        if isEmptied, brake.limits.holdsEmptied { brake.holdEmptied(deletions) } else { brake.found(deletions) }
    }

    /// Decides what becomes of what the scans found to be gone, once all else that they found has been mirrored, so that what
    /// moved is not taken for deleted. A full destination is not waited for: to remove something makes room.
    mutating func decideFound(at now: Instant) throws {
        guard brake.isScanning || brake.isDeciding, isWatching, state != nil, !rescan.isRunning else { return }
        let ended = scanEnded ?? now
        scanEnded = ended
        try checkSource(at: now)
        guard isSourceChecked else { return }
        guard isFull || queue.isDone(upTo: ended) else { return }
        let (paths, needsScan) = try brake.endScan(
            entries: { [record] in try record.count(at: $0) }, confirmed: { [record] in try record.count(at: .root) },
            at: now)
        for path in paths { queue.touch(path, .atOnce, at: now) }
        if needsScan { beginRescan(at: .root) }
    }

    /// Lets everything go that is held. Answers what that is, for people; nil where nothing is held.
    package mutating func release(at now: Instant) throws -> String? {
        let text = brake.text(confirmed: try record.count(at: .root))
        guard text != nil else { return nil }
        let (paths, needsScan) = brake.release()
        for path in paths { queue.touch(path, .atOnce, at: now) }
        if needsScan { beginRescan(at: .root) }
        tell(.released)
        isHeldNoted = false
        try record.setHolding(false)
        return text
    }

    /// Keeps in the record whether deletions are held, so that a restart does not let them go, and tells when that changes.
    mutating func noteHeld() throws {
        guard brake.isEngaged != isHeldNoted else { return }
        isHeldNoted = brake.isEngaged
        try record.setHolding(isHeldNoted)
        let text = brake.text(confirmed: try record.count(at: .root))
        tell(text.map { .held($0) } ?? .heldNoMore)
    }
}
