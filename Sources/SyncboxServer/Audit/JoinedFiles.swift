// SPDX-License-Identifier: Apache-2.0
import GRDB
import SyncboxCore

/// The files that were recorded under several names: of each two rows, the first and the last.
///
/// What is one file has one inode, so that equal imprints tell of it; no row says it otherwise. It is read once, as a whole,
/// where somebody has put another file in a recorded one's place: there is no index of inodes, which every commit would pay for.
struct JoinedFiles {
    /// The most files that are known; the names of others are compared each by itself. It takes some 50 bytes each.
    private static let most = 1_000_000

    /// Which inode it was.
    private struct Key: Hashable {
        let inode: UInt64
        let born: Int64
    }

    private var rows: [Key: (first: Int64, last: Int64)] = [:]

    /// Reads them from a catalog. Blocks for as long as it takes to read every row.
    init(_ tree: CatalogTree) throws {
        let statement = try tree.database.makeStatement(
            sql: """
                SELECT inode, born, min(id), max(id) FROM entry WHERE kind = \(Entry.Kind.file.rawValue)
                GROUP BY inode, born HAVING count(*) > 1 LIMIT \(Self.most)
                """)
        let found = try Row.fetchCursor(statement)
        while let row = try found.next() {
            rows[Key(inode: UInt64(bitPattern: row[0]), born: row[1])] = (row[2], row[3])
        }
    }

    /// The row of another name of the file that was recorded as `row`; nil where there is none.
    func other(of row: CatalogRow) -> Int64? {
        guard let (first, last) = rows[Key(inode: row.imprint.inode, born: row.imprint.born)] else { return nil }
        return row.id == first ? last : first
    }
}

extension CatalogRow {
    /// Whether the two were recorded as one file.
    func isJoined(with other: CatalogRow) -> Bool {
        imprint.inode == other.imprint.inode && imprint.born == other.imprint.born && entry.kind == .file
            && other.entry.kind == .file && entry.digest == other.entry.digest
    }
}
