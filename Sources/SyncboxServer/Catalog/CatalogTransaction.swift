// SPDX-License-Identifier: Apache-2.0
import GRDB
import SyncboxCore

/// The catalog while one batch is applied to it: what the batch has recorded so far is seen by what follows in it, and
/// by nobody else until the transaction is committed.
///
/// It lives as long as the closure that it was given to, and is used on one thread.
final class CatalogTransaction: CatalogRecord {
    let tree: CatalogTree
    /// The state, and what the tree adds up to at this point.
    private(set) var summary: CatalogSummary
    /// Rows of directories that were looked up, so that a thousand files in one directory cost one lookup of it.
    private var directories: [RelativePath: Int64] = [.root: CatalogSchema.root]

    init(_ database: Database) throws {
        tree = CatalogTree(database: database)
        summary = try tree.summary()
    }

    /// The row of the directory at `path`; nil when nothing or something else is there.
    func directory(_ path: RelativePath) throws -> Int64? {
        if let known = directories[path] { return known }
        guard let parent = try path.parent.flatMap(directory),
            let row = try tree.row(path.name, in: parent), row.entry.kind == .directory
        else { return nil }
        directories[path] = row.id
        return row.id
    }

    /// What is recorded at `path`; nil for nothing.
    func row(at path: RelativePath) throws -> CatalogRow? {
        guard let parent = path.parent else { return try tree.row(id: CatalogSchema.root) }
        return try directory(parent).flatMap { try tree.row(path.name, in: $0) }
    }

    /// Records that `entry` is at `path`, instead of whatever was there. Below what stays a directory everything stays; what
    /// was below a directory that becomes something else must have been forgotten before. The directory above is known.
    func record(_ entry: Entry, at path: RelativePath, imprint: Imprint) throws {
        guard let old = try row(at: path) else { return try insert(entry, at: path, imprint: imprint) }
        summary.bytes = summary.bytes &- old.entry.size &+ entry.size
        if old.entry.kind == .directory, entry.kind != .directory { directories[path] = nil }
        try execute(
            Self.updateEntry, entry.columns + imprint.columns + entry.preservedColumns + [old.id])
    }

    private func insert(_ entry: Entry, at path: RelativePath, imprint: Imprint) throws {
        guard let parent = try path.parent.flatMap(directory) else {
            preconditionFailure("nothing is recorded below what is no directory")
        }
        try execute(
            Self.insertEntry,
            StatementArguments(parent: parent, name: path.name) + entry.columns + imprint.columns
                + entry.preservedColumns)
        summary.entries += 1
        summary.bytes &+= entry.size
    }

    /// Records that what `row` describes, with all below it, is at `path` now. Nothing may be recorded there; the directory
    /// above is known.
    func move(_ row: CatalogRow, to path: RelativePath) throws {
        guard let parent = try path.parent.flatMap(directory) else {
            preconditionFailure("nothing is recorded below what is no directory")
        }
        try execute(
            "UPDATE entry SET parent = ?, name = ? WHERE id = ?",
            StatementArguments(parent: parent, name: path.name) + [row.id])
        // Paths below both places lead elsewhere now.
        directories = [.root: CatalogSchema.root]
    }

    func children(of directory: Int64, after name: [UInt8]) throws -> [CatalogRow] {
        try tree.children(of: directory, after: name)
    }

    /// Records that what two rows describe, with all below them, have changed places.
    func exchange(_ row: CatalogRow, _ other: CatalogRow) throws {
        let place = "UPDATE entry SET parent = ?, name = ? WHERE id = ?"
        // Two rows never have one place: the first goes to where no row has children.
        try execute(place, StatementArguments(parent: -1, name: []) + [row.id])
        try execute(place, StatementArguments(parent: row.parent, name: row.name) + [other.id])
        try execute(place, StatementArguments(parent: other.parent, name: other.name) + [row.id])
        directories = [.root: CatalogSchema.root]
    }

    /// Records that nothing is at `row`'s place any more. For a directory, what was below it must have been forgotten before.
    func forget(_ row: CatalogRow) throws {
        try execute("DELETE FROM entry WHERE id = ?", [row.id])
        summary.entries -= 1
        summary.bytes &-= row.entry.size
        if row.entry.kind == .directory { directories = [.root: CatalogSchema.root] }
    }

    /// Records that nothing is below `row` any more, however much that was.
    func forgetBelow(_ row: CatalogRow) throws {
        guard row.entry.kind == .directory else { return }
        let below = """
            WITH RECURSIVE below(id) AS (
                SELECT id FROM entry WHERE parent = ?
                UNION ALL SELECT entry.id FROM entry JOIN below ON entry.parent = below.id)
            """
        let sums = try Row.fetchOne(
            tree.database, sql: below + " SELECT count(*), sum(size) FROM entry WHERE id IN below", arguments: [row.id])
        summary.entries -= UInt64(sums?[0] as Int64? ?? 0)
        summary.bytes &-= UInt64(bitPattern: sums?[1] as Int64? ?? 0)
        try execute(below + " DELETE FROM entry WHERE id IN below", [row.id])
        directories = [.root: CatalogSchema.root]
    }

    /// Records that an upload is under way.
    func record(_ upload: UploadID, _ record: UploadRecord) throws {
        let handle = record.handle
        try execute(
            "INSERT INTO upload (id, length, tag, key, writer) VALUES (?, ?, ?, ?, ?)",
            [upload.text, Int64(bitPattern: record.length), handle?.tag.text, handle?.key, handle?.writer?.text])
    }

    /// Records that an upload has ended.
    func forget(_ upload: UploadID) throws {
        try execute("DELETE FROM upload WHERE id = ?", [upload.text])
    }

    /// Raises the sequence by one: the catalog is another one than before.
    func raiseSequence() {
        summary.state = summary.state.next
    }

    func leaveSequence() {
        summary.state.sequence += UInt64.random(in: Self.leap)
    }

    /// How far the sequence is raised where it is not known how far it has been: further than batches may be lost.
    private static let leap: ClosedRange<UInt64> = 1 << 24...1 << 40

    /// Records how far the share reflects its source.
    func record(_ fresh: Freshness?) {
        summary.fresh = fresh
    }

    /// Writes the state and the sums, as the last statement of the transaction.
    func finish() throws {
        try execute(
            "UPDATE meta SET sequence = ?, entries = ?, bytes = ?, freshInstant = ?, freshReceived = ?",
            [
                Int64(bitPattern: summary.state.sequence), Int64(bitPattern: summary.entries),
                Int64(bitPattern: summary.bytes), summary.fresh?.instant, summary.fresh?.received,
            ])
    }

    // Put together once: they are looked up by their text.
    private static let insertEntry = """
        INSERT INTO entry (parent, name, kind, mode, seconds, nanoseconds, size, digest, target, inode, born, changed,
            user, userGroup, attributes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let updateEntry = """
        UPDATE entry SET kind = ?, mode = ?, seconds = ?, nanoseconds = ?, size = ?, digest = ?, target = ?,
            inode = ?, born = ?, changed = ?, user = ?, userGroup = ?,
            attributes = ?
        WHERE id = ?
        """

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try tree.database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
