// SPDX-License-Identifier: Apache-2.0

/// Brings the catalog in line with the destination: after a crash, and after a batch that was published but not recorded.
///
/// What differs is not vouched for any more, so that the client sends or removes it. Nor is what can't be looked at: that is
/// trouble of its own path, and the rest goes on. Nothing is removed here.
package struct CatalogCheck<Tree: Destination, Record: CatalogRecord> {
    private let tree: Tree
    /// How many entries were not as the catalog said.
    package private(set) var differences = 0
    /// How many entries were looked at, and how many of them could not be seen.
    private var looks = (all: 0, failed: 0)
    /// What could not be seen, and why: the first of it, at most `mostUnseen`.
    package private(set) var unseen: [CommitNote] = []
    /// From how many entries that can't be seen on the disk as a whole may be in trouble, and not single entries.
    package static var mostUnseen: Int { 100 }

    package init(tree: Tree) {
        self.tree = tree
    }

    /// Completes the record of what a batch did on the disk, then compares every row: none may be given up where it moved away
    /// from. Throws where so much can't be seen that everything has to wait for the disk.
    package mutating func run(in catalog: Record, intents: [Intent]) throws {
        try complete(intents, in: catalog)
        try compareDirectory(CatalogRoot.id, at: .root, in: catalog)
        if let root = try catalog.row(at: .root), case .present(let there) = try tree.look(at: .root) {
            try restore(root, from: there, at: .root, in: catalog)
        }
        try tree.restoreModes()
        guard looks.failed > Self.mostUnseen, looks.failed * 2 > looks.all, case .unseen(_, let error)? = unseen.first
        else { return }
        throw error
    }

    /// Completes the record of what these intents did on the disk, those that came so far, in the order of their batch: what was
    /// moved may be in a directory that was made before it.
    package mutating func complete(_ intents: [Intent], in catalog: Record) throws {
        for intent in intents {
            switch intent {
            case .move(let from, let path): try completeMove(from, path, in: catalog)
            case .exchange(let path, _): try completeExchanges(Intent.circle(of: path, in: intents), in: catalog)
            case .make(let path): try completeMaking(path, in: catalog)
            }
        }
    }

    /// Brings the record of one path, and of what is below it, in line with the destination.
    package mutating func check(_ path: RelativePath, in catalog: Record) throws {
        if path.isRoot { return }
        if let row = try catalog.row(at: path) {
            try compare(row, at: path, in: catalog)
        } else if case .present(let there) = try tree.look(at: path) {
            try takeIn(there, at: path, in: catalog)
        }
    }

    private mutating func completeMove(
        _ from: RelativePath, _ path: RelativePath, in catalog: Record
    ) throws {
        guard let row = try catalog.row(at: from), !from.isBelow(path),
            try path.parent.flatMap(catalog.directory) != nil
        else { return }
        let there: Observed?
        do throws(FileError) {
            guard case .present(let observed) = try tree.look(at: path), row.imprint.isSameEntry(as: observed) else {
                return
            }
            there = observed
        } catch {
            // What can't be seen there has come if it has left its old place.
            guard try tree.look(at: from) == .absent else { return }
            try note(error, at: path)
            there = nil
        }
        if let replaced = try catalog.row(at: path) {
            try catalog.forgetBelow(replaced)
            try catalog.forget(replaced)
        }
        try catalog.move(row, to: path)
        try catalog.record(
            there == nil ? row.entry.unvouched : row.entry, at: path, imprint: there.map(Imprint.init) ?? row.imprint)
        differences += 1
    }

    /// Any number of the exchanges between these places may have been done: what stands at each tells.
    private mutating func completeExchanges(_ places: [RelativePath], in catalog: Record) throws {
        var exchanged: Set<RelativePath> = []
        for place in places {
            guard let row = try catalog.row(at: place), case .present(let there) = try tree.look(at: place),
                !row.imprint.isSameEntry(as: there)
            else { continue }
            for other in places where other != place {
                guard let otherRow = try catalog.row(at: other), otherRow.imprint.isSameEntry(as: there) else {
                    continue
                }
                try catalog.exchange(row, otherRow)
                exchanged.formUnion([place, other])
                differences += 1
                break
            }
        }
        for place in exchanged.sorted() {
            guard let row = try catalog.row(at: place), case .present(let there) = try tree.look(at: place),
                row.imprint.isSameEntry(as: there)
            else { continue }
            try catalog.record(row.entry, at: place, imprint: Imprint(there))
        }
    }

    /// What is there by now may be a directory in which others of the batch are. What can't be seen is left to the comparison. Where
    /// nothing is recorded of it, the place is claimed, which the batch was about to take whatever had it: as a directory, that may
    /// hold what the batch has put there.
    private mutating func completeMaking(_ path: RelativePath, in catalog: Record) throws {
        let row = try catalog.row(at: path)
        let observation: Observation
        do throws(FileError) {
            observation = try tree.look(at: path)
        } catch {
            try note(error, at: path)
            guard row == nil, try path.parent.flatMap(catalog.directory) != nil else { return }
            let unknown = Entry.directory(mode: 0o700, modified: Timestamp(seconds: 0)).unvouched
            try catalog.record(unknown, at: path, imprint: Imprint(inode: 0, born: 0, changed: 0))
            return differences += 1
        }
        guard case .present(let there) = observation else { return }
        if row == nil { return try takeIn(there, at: path, in: catalog) }
        guard let row, there.entry.kind != row.entry.kind else { return }
        try degrade(row, to: there, at: path, in: catalog)
    }

    private mutating func compareDirectory(_ id: Int64, at path: RelativePath, in catalog: Record) throws {
        try catalog.forEachChild(of: id) { row in try compare(row, at: path.appending(row.name), in: catalog) }
    }

    private mutating func compare(_ row: CatalogRow, at path: RelativePath, in catalog: Record) throws {
        looks.all += 1
        let observation: Observation
        do throws(FileError) {
            observation = try tree.look(at: path)
        } catch {
            return try doubt(row, error, at: path, in: catalog)
        }
        guard case .present(let there) = observation else {
            try catalog.forgetBelow(row)
            try catalog.forget(row)
            return differences += 1
        }
        if !row.isSame(there) { try degrade(row, to: there, at: path, in: catalog) }
        guard there.entry.kind == .directory else { return }
        try compareDirectory(row.id, at: path, in: catalog)
        try restore(row, from: there, at: path, in: catalog)
    }

    /// Nobody can tell what stands there: it may be what is recorded, and is not vouched for. What is below it may be seen.
    private mutating func doubt(
        _ row: CatalogRow, _ error: FileError, at path: RelativePath, in catalog: Record
    ) throws {
        try note(error, at: path)
        looks.failed += 1
        if row.entry.isVouched {
            try catalog.record(row.entry.unvouched, at: path, imprint: row.imprint)
            differences += 1
        }
        if row.entry.kind == .directory { try compareDirectory(row.id, at: path, in: catalog) }
    }

    /// Notes what could not be seen. What no single entry is to blame for is thrown.
    private mutating func note(_ error: FileError, at path: RelativePath) throws(FileError) {
        if error.code == .tooManyOpen { throw error }
        if unseen.count < Self.mostUnseen { unseen.append(.unseen(path, error)) }
    }

    /// Gives a directory back what a batch that was not recorded took from it.
    private mutating func restore(
        _ row: CatalogRow, from there: Observed, at path: RelativePath, in catalog: Record
    ) throws {
        guard row.isRestorable, row.entry != there.entry else { return }
        let isRestored = try tree.restoreDirectory(row.entry, at: path, imprint: Imprint(there), in: catalog)
        if !isRestored { differences += 1 }
    }

    /// The place stays known to be Syncbox's; what stands there is not vouched for any more.
    private mutating func degrade(
        _ row: CatalogRow, to there: Observed, at path: RelativePath, in catalog: Record
    ) throws {
        if there.entry.kind != .directory { try catalog.forgetBelow(row) }
        let isDirectory = row.entry.kind == .directory && there.entry.kind == .directory
        try catalog.record(isDirectory ? row.entry : there.entry.unvouched, at: path, imprint: Imprint(there))
        differences += 1
    }

    private mutating func takeIn(_ there: Observed, at path: RelativePath, in catalog: Record) throws {
        guard try path.parent.flatMap(catalog.directory) != nil else { return }
        try catalog.record(there.entry.unvouched, at: path, imprint: Imprint(there))
        differences += 1
    }
}

extension Entry {
    /// The entry with a time that hardly a source has, and without a digest: the client sends it again, or removes it.
    package var unvouched: Entry {
        var entry = self
        entry.modified = Timestamp(seconds: 0, nanoseconds: 999_999_999)
        entry.digest = nil
        return entry
    }

    /// Whether it is not what `unvouched` makes of an entry.
    package var isVouched: Bool { modified != unvouched.modified }
}

extension CatalogRow {
    /// Whether what stands at the row's place is what was recorded. A directory's mode and time can be put right.
    fileprivate func isSame(_ there: Observed) -> Bool {
        guard isUnchanged(there) else { return false }
        switch entry.kind {
        case .directory: return true
        case .symbolicLink: return there.entry.target == entry.target && imprint.isSameVersion(as: there)
        // What is preserved by option is not looked at.
        case .file:
            let isBare = entry == entry.without(Set(Preserve.allCases))
            return imprint.isSameVersion(as: there) || there.entry.mode == entry.mode && isBare
        }
    }
}
