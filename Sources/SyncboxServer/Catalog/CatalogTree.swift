// SPDX-License-Identifier: Apache-2.0
import GRDB
import SyncboxCore

/// The tree of entries as one transaction of the database sees it.
struct CatalogTree {
    let database: Database

    /// How many rows of a directory are fetched at once where there may be any number.
    static let portion = 500

    // Put together once: they are looked up by their text.
    private static let selectName = "SELECT \(CatalogRow.columns) FROM entry WHERE parent = ? AND name = ?"
    private static let selectID = "SELECT \(CatalogRow.columns) FROM entry WHERE id = ?"
    private static let selectChildren =
        "SELECT \(CatalogRow.columns) FROM entry WHERE parent = ? AND name > ? ORDER BY name LIMIT ?"

    private static let selectSummary =
        "SELECT epoch, sequence, entries, bytes, freshInstant, freshReceived FROM meta"

    /// What `directory` holds under `name`; nil for nothing.
    func row(_ name: some Collection<UInt8>, in directory: Int64) throws -> CatalogRow? {
        let statement = try database.cachedStatement(
            sql: Self.selectName)
        return try Row.fetchOne(statement, arguments: StatementArguments(parent: directory, name: name))
            .map(CatalogRow.init)
    }

    /// What is at `path`; nil for nothing. The root is a row too.
    func row(at path: RelativePath) throws -> CatalogRow? {
        guard var found = try row(id: CatalogSchema.root) else { return nil }
        for name in path.components {
            guard let next = try row(name, in: found.id) else { return nil }
            found = next
        }
        return found
    }

    /// The row of that number.
    func row(id: Int64) throws -> CatalogRow? {
        let statement = try database.cachedStatement(sql: Self.selectID)
        return try Row.fetchOne(statement, arguments: [id]).map(CatalogRow.init)
    }

    /// Where the row of that number is; nil where there is none.
    func path(of id: Int64) throws -> RelativePath? {
        var names: [[UInt8]] = []
        var next = id
        while next != CatalogSchema.root {
            guard let row = try row(id: next) else { return nil }
            names.append(row.name)
            next = row.parent
        }
        return try RelativePath(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    /// At most `limit` of the entries that `directory` holds, those behind `name` in the order of names.
    func children(of directory: Int64, after name: [UInt8] = [], limit: Int = portion) throws -> [CatalogRow] {
        let statement = try database.cachedStatement(
            sql: Self.selectChildren)
        let arguments = StatementArguments(parent: directory, name: name) + [limit]
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var children: [CatalogRow] = []
        while let row = try rows.next() { children.append(try CatalogRow(row)) }
        return children
    }

    /// The uploads that are under way.
    func uploads() throws -> [UploadID: UploadRecord] {
        var found: [UploadID: UploadRecord] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT id, length, tag, key, writer FROM upload") {
            guard let id = UploadID(row[0]) else { continue }
            var record = UploadRecord(length: UInt64(bitPattern: row[1]))
            if let tag = (row[2] as String?).flatMap({ UploadTag($0) }), let key = row[3] as String? {
                record.handle = UploadHandle(tag: tag, key: key, writer: (row[4] as String?).flatMap { WriterName($0) })
            }
            found[id] = record
        }
        return found
    }

    /// The state and what the tree adds up to.
    func summary() throws -> CatalogSummary {
        let statement = try database.cachedStatement(sql: Self.selectSummary)
        guard let row = try Row.fetchOne(statement) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the state is missing")
        }
        let state = ShareState(epoch: UInt64(bitPattern: row[0]), sequence: UInt64(bitPattern: row[1]))
        return CatalogSummary(
            state: state, entries: UInt64(bitPattern: row[2]), bytes: UInt64(bitPattern: row[3]),
            fresh: Freshness(storedInstant: row[4], received: row[5]))
    }
}

/// What a catalog holds, in numbers.
struct CatalogSummary: Hashable, Sendable {
    /// The state that these numbers belong to.
    var state: ShareState
    /// How many files, directories and symbolic links there are; the root is not counted.
    var entries: UInt64
    /// How many bytes the files have.
    var bytes: UInt64
    /// How far the share reflects its source; nil where no client has told.
    var fresh: Freshness?
}

extension Freshness {
    fileprivate init?(storedInstant instant: String?, received: String?) {
        guard let instant = instant.flatMap({ Timestamp(decimal: $0) }),
            let received = received.flatMap({ Timestamp(decimal: $0) })
        else { return nil }
        self.init(instant: instant, received: received)
    }
}
