// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Gives every directory in which something was published its recorded mode and time back, the deepest first: what is
    /// above it may be closed by its own mode. What has another owner, or is on a bad disk, makes nothing that was published less
    /// durable: it is not vouched for any more. False where there was such a directory.
    func restoreDirectories() throws -> Bool {
        var areRestored = true
        for path in directories.sorted(by: >) {
            guard let row = try catalog.row(at: path), row.isRestorable else { continue }
            do {
                try tree.setMetadata(row.entry, at: path)
            } catch {
                // Whoever removed it changed the destination.
                if error.isAbsence { continue }
                // No manifest tells of the root: what may pass is tried again with the whole batch.
                if path.isRoot {
                    guard error.code == .permission else { throw error }
                    continue
                }
                try catalog.record(row.entry.unvouched, at: path, imprint: row.imprint)
                areRestored = false
            }
        }
        try tree.restoreModes()
        return areRestored
    }
}

extension CatalogRow {
    /// Whether it is a directory of which is known what it should look like. The client need not have said so of the root.
    var isRestorable: Bool { entry.kind == .directory && imprint.inode != 0 && entry.isVouched }
}
