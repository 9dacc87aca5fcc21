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

    /// Compares the catalog with the destination, and forgets what isn't so any more: after a crash, and after a batch that was
    /// published but not recorded. A directory that only looks different gets its recorded mode and time back.
    ///
    /// What is forgotten raises the sequence, so that the client notices and sends it again. Blocks for as long as it
    /// takes to look at every entry.
    func checkCatalog() throws {
        let before = catalog.summary.entries
        var check = CatalogCheck(tree: tree)
        let isChanged = try catalog.transaction { catalog in
            try check.directory(CatalogSchema.root, at: .root, in: catalog)
            try tree.restoreModes()
            if check.isChanged { catalog.raiseSequence() }
            return check.isChanged
        }
        let forgotten = before - catalog.summary.entries
        logger.log(
            .catalogChecked, isChanged ? .warning : .notice,
            "compared the catalog with the destination: \(before) entries, of which \(forgotten) are to be sent again")
    }
}

/// One comparison.
private struct CatalogCheck {
    let tree: DestinationTree
    /// Whether anything was forgotten.
    var isChanged = false

    init(tree: DestinationTree) {
        self.tree = tree
    }

    /// Compares what a directory holds with what the catalog says it does.
    mutating func directory(_ id: Int64, at path: RelativePath, in catalog: CatalogTransaction) throws {
        var last: [UInt8] = []
        while true {
            let rows = try catalog.tree.children(of: id, after: last)
            guard let next = rows.last?.name else { return }
            for row in rows { try self.row(row, at: path.appending(row.name), in: catalog) }
            last = next
        }
    }

    private mutating func row(
        _ row: CatalogRow, at path: RelativePath, in catalog: CatalogTransaction
    ) throws {
        guard case .present(let there) = try tree.look(at: path), row.isSame(there) else {
            try catalog.forgetBelow(row)
            try catalog.forget(row)
            isChanged = true
            return
        }
        guard row.entry.kind == .directory else { return }
        try directory(row.id, at: path, in: catalog)
        if row.entry != there.entry { try tree.setMetadata(row.entry, at: path) }
    }
}

extension CatalogRow {
    /// Whether what stands at the row's place is what was recorded, down to mode and time for what is no directory.
    fileprivate func isSame(_ there: Observed) -> Bool {
        guard isUnchanged(there) else { return false }
        switch entry.kind {
        case .directory: return true
        case .symbolicLink: return there.entry.target == entry.target
        case .file: return imprint.isSameVersion(as: there) || there.entry.mode == entry.mode
        }
    }
}
