// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Gives every directory in which something was published its recorded mode and time back, the deepest first: what is
    /// above it may be closed by its own mode.
    func restoreDirectories() throws {
        for path in directories.sorted(by: >) {
            guard let row = try catalog.row(at: path), row.entry.kind == .directory, row.isSet else { continue }
            do {
                try tree.setMetadata(row.entry, at: path)
            } catch {
                // Whoever removed it, or took it over, changed the destination. Neither makes what was published less durable.
                guard error.isAbsence || error.code == .permission else { throw error }
            }
        }
        try tree.restoreModes()
    }
}

extension CatalogRow {
    /// Whether the client has ever said what the entry looks like; it need not for the root.
    fileprivate var isSet: Bool { imprint.inode != 0 }
}
