// SPDX-License-Identifier: Apache-2.0

/// The catalog while one batch is applied to it: what the batch has recorded so far is seen by what follows in it.
///
/// Every call may block, and throws what the catalog's keeping throws, which ends the batch.
package protocol CatalogRecord {
    /// The row of the directory at `path`; nil when nothing or something else is there.
    func directory(_ path: RelativePath) throws -> Int64?
    /// What is recorded at `path`; nil for nothing.
    func row(at path: RelativePath) throws -> CatalogRow?
    /// A portion of the entries of a directory, those behind `name` in the order of names; none at the end.
    func children(of directory: Int64, after name: [UInt8]) throws -> [CatalogRow]
    /// Records that `entry` is at `path`, instead of whatever was there. Below what stays a directory everything stays; what
    /// was below a directory that becomes something else must have been forgotten before. The directory above is known.
    func record(_ entry: Entry, at path: RelativePath, imprint: Imprint) throws
    /// Records that what `row` describes, with all below it, is at `path`. Nothing may be recorded there; the directory above
    /// is known.
    func move(_ row: CatalogRow, to path: RelativePath) throws
    /// Records that what two rows describe, with all below them, have changed places.
    func exchange(_ row: CatalogRow, _ other: CatalogRow) throws
    /// Records that nothing is at the row's place any more. What was below it must have been forgotten before.
    func forget(_ row: CatalogRow) throws
    /// Records that nothing is below the row any more, however much that was.
    func forgetBelow(_ row: CatalogRow) throws
    /// Records that an upload has ended.
    func forget(_ upload: UploadID) throws
    /// Raises the sequence by one: the catalog is another one than before.
    func raiseSequence()
    /// Raises the sequence to one that the catalog surely never had: what it was when it was last seen is not known. Raised by
    /// one it could be the state that a client has of a batch whose record is lost.
    func leaveSequence()
}

extension CatalogRecord {
    /// Gives `body` every entry of a directory, in the order of names.
    func forEachChild(of directory: Int64, _ body: (CatalogRow) throws -> Void) throws {
        var last: [UInt8] = []
        while true {
            let rows = try children(of: directory, after: last)
            guard let next = rows.last?.name else { return }
            for row in rows { try body(row) }
            last = next
        }
    }
}

/// The row of the root in every catalog. It is a directory without a name, has no parent, and is not counted.
package enum CatalogRoot {
    /// Its number.
    package static let id: Int64 = 1
}

/// One entry of the catalog's tree, as its row has it.
package struct CatalogRow: Hashable, Sendable {
    /// The row's number: the same for as long as the entry is known, also when it is moved.
    package var id: Int64
    /// The row of the directory that holds it.
    package var parent: Int64
    /// Its name there.
    package var name: [UInt8]
    /// What is there.
    package var entry: Entry
    /// What the destination showed when it was recorded.
    package var imprint: Imprint

    package init(id: Int64, parent: Int64, name: [UInt8], entry: Entry, imprint: Imprint) {
        self.id = id
        self.parent = parent
        self.name = name
        self.entry = entry
        self.imprint = imprint
    }

    /// Whether `there`, which stands at the row's place, is what was recorded: the same entry, not written to since.
    package func isUnchanged(_ there: Observed) -> Bool {
        guard imprint.isSameEntry(as: there), entry.kind == there.entry.kind else { return false }
        guard entry.kind == .file else { return true }
        // The time alone may have been set back, or been rounded by the file system; a changed mode does no harm.
        return there.entry.size == entry.size
            && (imprint.isSameVersion(as: there) || there.entry.modified == entry.modified)
    }
}
