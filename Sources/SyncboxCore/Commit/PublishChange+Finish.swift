// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Gives every directory in which something was published its recorded mode and time back, the deepest first: what is
    /// above it may be closed by its own mode. What has another owner, or is on a bad disk, makes nothing that was published less
    /// durable: it is not vouched for any more. False where there was such a directory.
    func restoreDirectories() throws -> Bool {
        var areRestored = true
        for path in directories.sorted(by: >) {
            guard let row = try catalog.row(at: path), row.isRestorable else { continue }
            let isRestored = try tree.restoreDirectory(row.entry, at: path, imprint: row.imprint, in: catalog)
            areRestored = areRestored && isRestored
        }
        try tree.restoreModes()
        return areRestored
    }
}
