// SPDX-License-Identifier: Apache-2.0

/// Applies the changes of one batch, in order, to the destination and to the catalog's open transaction.
///
/// A `FileError` belongs to one change and becomes its outcome; an error of the catalog ends the batch. After a crash, or a
/// batch that could not be recorded, the destination is ahead of the catalog: each step below first asks whether what it
/// is about to do has been done, so that the same changes, sent again, succeed and never touch what they made before.
package final class PublishChange<Tree: Destination, Record: CatalogRecord> {
    let tree: Tree
    let catalog: Record
    /// Keeps what the batch removes and replaces; nil where nothing is kept.
    let keeper: (any Keeper<Tree.Staged>)?
    /// Whether nothing may be lost: what can't be kept is neither removed nor replaced.
    let mustKeep: Bool
    /// Called for every entry: one change may remove a million of them.
    let beat: () -> Void
    /// Directories in which a name has changed: their own times are to be restored and their names to be synced.
    var directories: Set<RelativePath> = []
    /// Entries whose own metadata is to be synced.
    var entries: Set<RelativePath> = []
    /// What was in the way and has been taken out of the tree, to be removed once the batch is recorded.
    var displaced: [Tree.Staged] = []
    /// Where the change that is being applied has changed the destination, or may have.
    var changed: Set<RelativePath> = []
    /// What the operator should read about, in the order of the changes.
    var notes: [CommitNote] = []
    /// Inodes that the batch moves. Where one of them stands already in a place that is to be removed first, the batch is
    /// being repeated after its record was lost.
    let moving: Set<UInt64>
    /// Rows that the batch has moved already, when it is being repeated after it was recorded.
    let moved: Set<Int64>

    init(
        _ changes: [StagedChange<Tree.Staged>], on tree: Tree, _ catalog: Record,
        keeper: (any Keeper<Tree.Staged>)?, mustKeep: Bool = false, beat: @escaping () -> Void
    ) throws {
        self.tree = tree
        self.beat = beat
        self.catalog = catalog
        self.keeper = keeper
        self.mustKeep = mustKeep
        var moving: Set<UInt64> = []
        var moved: Set<Int64> = []
        for case .move(let path, let from, let expected) in changes.map(\.change) {
            if let row = try catalog.row(at: from) {
                moving.insert(row.imprint.inode)
            } else if let row = try catalog.row(at: path), row.entry.isRecorded(as: expected) {
                moved.insert(row.id)
            }
        }
        self.moving = moving
        self.moved = moved
    }

    /// Applies one change and notes what became of it. Throws what the catalog throws.
    func publish(_ staged: inout StagedChange<Tree.Staged>) throws {
        beat()
        let outcome = try outcome(of: staged)
        staged.outcome = outcome
        // A content that has got its name is used up, also where what came after it failed.
        guard outcome.isApplied || changed.contains(staged.change.path) else { return }
        staged.staged = nil
        staged.isPublished = true
        if let upload = staged.upload { try catalog.forget(upload) }
    }

    private func outcome(of staged: StagedChange<Tree.Staged>) throws -> Outcome {
        changed = []
        do {
            if let refusal = try refusal(of: staged) { return refusal }
            switch staged.change {
            case .put(let path, let entry, _), .link(let path, let entry):
                guard let content = staged.staged else { preconditionFailure("a put without an outcome is staged") }
                return try put(content, entry, at: path)
            case .makeDirectory(let path, let entry):
                return try makeDirectory(entry, at: path, onlyIfMissing: staged.isOptional)
            case .move(let path, let from, let expected): return try move(from, to: path, expected: expected)
            case .exchange(let path, let other, let expected, let otherEntry):
                return try exchange(path, other, expected: expected, otherEntry)
            case .hardLink(let path, let existing, let expected):
                return try hardLink(path, to: existing, expected: expected)
            case .remove(let path): return try remove(path)
            case .setMetadata(let path, let entry): return try setMetadata(entry, at: path)
            }
        } catch let error as FileError {
            guard !changed.isEmpty else { return .problem(error) }
            try checkChanged(by: staged.change)
            return .preconditionFailed
        }
    }

    /// A change failed when the destination was changed already: the record follows what is there. The client must not go on
    /// believing what it has confirmed there before, so it is told to look what the server has.
    private func checkChanged(by change: Change) throws {
        var check = CatalogCheck<Tree, Record>(tree: tree)
        // What has moved takes all below it along.
        if let intent = Intent(change) { try check.complete([intent], in: catalog) }
        for path in changed.sorted() { try check.check(path, in: catalog) }
        notes += check.unseen
    }

    private func put(_ staged: Tree.Staged, _ entry: Entry, at path: RelativePath) throws -> Outcome {
        guard try isInKnownDirectory(path) else { return .preconditionFailed }
        let old = try catalog.row(at: path)
        touchDirectory(of: path)
        if old == nil, try tree.look(at: path) != .absent { notes.append(.replaced(path)) }
        let displaced = try inRemadeDirectories(path) {
            try publish(staged, entry, at: path, insteadOf: old)
        }
        changed.insert(path)
        if let displaced { self.displaced.append(displaced) }
        let imprint = try imprint(of: entry, at: path)
        if let old { try catalog.forgetBelow(old) }
        let shortfall = tree.shortfall(of: staged)
        try catalog.record(entry.without(shortfall), at: path, imprint: imprint)
        if entry.kind == .symbolicLink { entries.insert(path) }
        return .applied(shortfall)
    }

    private func makeDirectory(_ entry: Entry, at path: RelativePath, onlyIfMissing: Bool) throws -> Outcome {
        guard try isInKnownDirectory(path) else { return .preconditionFailed }
        if onlyIfMissing, let row = try catalog.row(at: path) {
            return row.entry.kind == .directory ? .acknowledged : .preconditionFailed
        }
        touchDirectory(of: path)
        directories.insert(path)
        try inRemadeDirectories(path) {
            changed.insert(path)
            try keeping(path, insteadOf: nil, by: entry) { () throws(FileError) in
                try tree.makeDirectory(at: path, mode: entry.mode)
            }
        }
        let shortfall = try tree.setMetadata(entry, at: path)
        try catalog.record(entry.without(shortfall), at: path, imprint: imprint(of: entry, at: path))
        return .applied(shortfall)
    }

    private func setMetadata(_ entry: Entry, at path: RelativePath) throws -> Outcome {
        guard let row = try catalog.row(at: path), row.entry.hasSameContent(as: entry),
            case .present(let there) = try tree.look(at: path), path.isRoot || row.isUnchanged(there)
        else { return .preconditionFailed }
        entries.insert(path)
        changed.insert(path)
        let shortfall = try tree.setMetadata(entry, at: path)
        try catalog.record(entry.without(shortfall), at: path, imprint: imprint(of: entry, at: path))
        return .applied(shortfall)
    }

    /// Whether the catalog has a directory that `path` can be in.
    func isInKnownDirectory(_ path: RelativePath) throws -> Bool {
        try path.parent.flatMap(catalog.directory) != nil
    }

    /// What a look at `path`, where `entry` was just published, shows.
    func imprint(of entry: Entry, at path: RelativePath) throws(FileError) -> Imprint {
        guard case .present(let observed) = try tree.look(at: path), observed.entry.kind == entry.kind else {
            throw FileError(.busy, operation: "stat", path: path)
        }
        return Imprint(observed)
    }

    /// What a look at `path` shows, where the entry of `row` is by now, which was `before` until then. What somebody else had done to
    /// it goes on to show: by the time of its last change it is not what was recorded.
    func imprint(of row: CatalogRow, at path: RelativePath, after before: Observed) throws(FileError) -> Imprint {
        var imprint = try imprint(of: row.entry, at: path)
        if row.entry.kind != .directory, !row.imprint.isSameVersion(as: before) {
            imprint.changed = row.imprint.changed
        }
        return imprint
    }

    /// Runs `body`, and once more when a directory above `path` turned out to be missing and could be made again: the
    /// catalog knows it, so it was there.
    func inRemadeDirectories<Value>(_ path: RelativePath, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as FileError where error.isAbsence {
            for directory in path.ancestors.dropFirst() {
                guard let row = try catalog.row(at: directory) else { throw error }
                touchDirectory(of: directory)
                changed.insert(directory)
                try tree.makeDirectory(at: directory, mode: row.entry.mode)
                let imprint = try imprint(of: row.entry, at: directory)
                try catalog.record(row.entry, at: directory, imprint: imprint)
                directories.insert(directory)
            }
            if let parent = path.parent { notes.append(.remade(parent)) }
            return try body()
        }
    }

    /// Notes that a name in the directory at `path` has changed.
    func touchDirectory(of path: RelativePath) {
        if let parent = path.parent { directories.insert(parent) }
    }

    /// Notes that what was known to be at `old`, or below it, is at `new` now.
    func rename(_ old: RelativePath, to new: RelativePath) {
        directories = Set(directories.map { $0.moved(from: old, to: new) ?? $0 })
        entries = Set(entries.map { $0.moved(from: old, to: new) ?? $0 })
    }
}

extension Entry {
    /// The entry as it is recorded where something could not be preserved.
    func without(_ shortfall: Shortfall?) -> Entry {
        shortfall.map { without($0.lacking) } ?? self
    }

    /// Whether `other` differs in its metadata at most.
    func hasSameContent(as other: Entry) -> Bool {
        kind == other.kind && size == other.size && digest == other.digest && target == other.target
    }
}
