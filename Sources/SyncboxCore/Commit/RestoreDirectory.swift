// SPDX-License-Identifier: Apache-2.0

extension Destination {
    /// Gives the directory at `path` the mode and time that are recorded of it back. Where that can't be it is recorded as not
    /// vouched for any more, with `imprint`, so that the client mends it: that is false. Whoever removed it changed the
    /// destination. No manifest tells of the root: what may pass there is thrown, and what has another owner is left.
    func restoreDirectory(
        _ entry: Entry, at path: RelativePath, imprint: Imprint, in catalog: some CatalogRecord
    ) throws -> Bool {
        do {
            try setMetadata(entry, at: path)
        } catch {
            if error.isAbsence { return true }
            if path.isRoot {
                guard error.code == .permission else { throw error }
                return true
            }
            try catalog.record(entry.unvouched, at: path, imprint: imprint)
            return false
        }
        return true
    }
}

extension CatalogRow {
    /// Whether it is a directory of which is known what it should look like. The client need not have said so of the root.
    var isRestorable: Bool { entry.kind == .directory && imprint.inode != 0 && entry.isVouched }
}
