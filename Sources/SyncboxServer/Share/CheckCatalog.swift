// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Share {
    /// Notes that the destination may be ahead of the catalog: a batch was published, but not recorded.
    func doubtCatalog() {
        setDoubt(true)
    }

    /// Compares the catalog with the destination where that is in doubt.
    func checkCatalogIfDoubtful() throws {
        guard isDoubtful else { return }
        try checkCatalog()
        setDoubt(false)
    }

    /// Brings the catalog in line with the destination: after a crash, and after a batch that was published but not recorded.
    ///
    /// What differs raises the sequence, so that the client notices, and sends or removes it. Nothing is removed here.
    /// Blocks for as long as it takes to look at every entry.
    func checkCatalog() throws {
        let notes = try tree.staging.intents()
        var check = CatalogCheck(tree: tree)
        try catalog.transaction { catalog in
            try check.run(in: catalog, intents: Intent.read(notes.map(\.note)))
            if check.differences > 0 { catalog.raiseSequence() }
        }
        for (entry, _) in notes { remove(entry) }
        logger.log(
            .catalogChecked, check.differences > 0 ? .warning : .notice,
            "compared the catalog with the destination: \(check.differences) entries differ and will be sent again")
    }
}

/// One comparison.
private struct CatalogCheck {
    let tree: DestinationTree
    /// How many entries were not as the catalog said.
    private(set) var differences = 0

    init(tree: DestinationTree) {
        self.tree = tree
    }

    /// Completes the record of moves, compares every row, and takes in what was made and not recorded, in this order: a
    /// row must not be given up where it moved away from, and what is made may be in a directory that moved.
    mutating func run(in catalog: CatalogTransaction, intents: [Intent]) throws {
        for case .move(let from, let path) in intents { try completeMove(from, path, in: catalog) }
        try compareDirectory(CatalogSchema.root, at: .root, in: catalog)
        for case .make(let path) in intents { try takeIn(path, in: catalog) }
        try tree.restoreModes()
    }

    private mutating func completeMove(
        _ from: RelativePath, _ path: RelativePath, in catalog: CatalogTransaction
    ) throws {
        guard let row = try catalog.row(at: from), !from.isBelow(path),
            try path.parent.flatMap(catalog.directory) != nil,
            case .present(let there) = try tree.look(at: path), row.imprint.isSameEntry(as: there)
        else { return }
        if let replaced = try catalog.row(at: path) {
            try catalog.forgetBelow(replaced)
            try catalog.forget(replaced)
        }
        try catalog.move(row, to: path)
        try catalog.record(row.entry, at: path, imprint: Imprint(there))
        differences += 1
    }

    private mutating func compareDirectory(_ id: Int64, at path: RelativePath, in catalog: CatalogTransaction) throws {
        var last: [UInt8] = []
        while true {
            let rows = try catalog.tree.children(of: id, after: last)
            guard let next = rows.last?.name else { return }
            for row in rows { try compare(row, at: path.appending(row.name), in: catalog) }
            last = next
        }
    }

    private mutating func compare(_ row: CatalogRow, at path: RelativePath, in catalog: CatalogTransaction) throws {
        guard case .present(let there) = try tree.look(at: path) else {
            try catalog.forgetBelow(row)
            try catalog.forget(row)
            return differences += 1
        }
        if !row.isSame(there) { try degrade(row, to: there, at: path, in: catalog) }
        guard there.entry.kind == .directory else { return }
        try compareDirectory(row.id, at: path, in: catalog)
        if row.entry.kind == .directory, row.entry != there.entry { try tree.setMetadata(row.entry, at: path) }
    }

    /// The place stays known to be Syncbox's; what stands there is not vouched for any more.
    private mutating func degrade(
        _ row: CatalogRow, to there: Observed, at path: RelativePath, in catalog: CatalogTransaction
    ) throws {
        if there.entry.kind != .directory { try catalog.forgetBelow(row) }
        let isDirectory = row.entry.kind == .directory && there.entry.kind == .directory
        try catalog.record(isDirectory ? row.entry : there.entry.unvouched, at: path, imprint: Imprint(there))
        differences += 1
    }

    private mutating func takeIn(_ path: RelativePath, in catalog: CatalogTransaction) throws {
        guard try catalog.row(at: path) == nil, try path.parent.flatMap(catalog.directory) != nil,
            case .present(let there) = try tree.look(at: path)
        else { return }
        try catalog.record(there.entry.unvouched, at: path, imprint: Imprint(there))
        differences += 1
    }
}

extension Entry {
    /// The entry with a time that hardly a source has, and without a digest: the client sends it again, or removes it.
    fileprivate var unvouched: Entry {
        var entry = self
        entry.modified = Timestamp(seconds: 0, nanoseconds: 999_999_999)
        entry.digest = nil
        return entry
    }
}

extension CatalogRow {
    /// Whether what stands at the row's place is what was recorded. A directory's mode and time can be put right.
    fileprivate func isSame(_ there: Observed) -> Bool {
        guard isUnchanged(there) else { return false }
        switch entry.kind {
        case .directory: return true
        case .symbolicLink: return there.entry.target == entry.target && imprint.isSameVersion(as: there)
        case .file: return imprint.isSameVersion(as: there) || there.entry.mode == entry.mode
        }
    }
}
