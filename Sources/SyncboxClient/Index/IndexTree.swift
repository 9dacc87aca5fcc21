// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import SyncboxCore

/// The rows of the index as a tree, within one transaction. It remembers the directories that it found on the way, so
/// that a batch of changes in one directory resolves that directory once.
struct IndexTree {
    let database: Database
    private var directories: [RelativePath: Int64] = [.root: IndexRow.rootID]

    init(_ database: Database) {
        self.database = database
    }

    /// The row at `path`, or nil.
    mutating func row(at path: RelativePath) throws -> IndexRow? {
        guard let parent = path.parent else { return try row(parent: 0, name: []) }
        guard let parentID = try id(of: parent) else { return nil }
        return try row(parent: parentID, name: Array(path.name))
    }

    /// The row's identifier of the directory at `path`; nil where the index has no directory there.
    mutating func id(of directory: RelativePath) throws -> Int64? {
        if let known = directories[directory] { return known }
        guard let row = try row(at: directory), row.confirmed.entry.kind == .directory else { return nil }
        directories[directory] = row.id
        return row.id
    }

    private func row(parent: Int64, name: [UInt8]) throws -> IndexRow? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(IndexRow.columns) FROM entries WHERE parent = ? AND name = ?")
        return try Row.fetchOne(statement, arguments: [parent, Data(name)]).map(IndexRow.init)
    }

    /// The rows directly in a directory.
    func children(of id: Int64) throws -> [IndexRow] {
        let statement = try database.cachedStatement(sql: "SELECT \(IndexRow.columns) FROM entries WHERE parent = ?")
        return try Row.fetchAll(statement, arguments: [id]).map(IndexRow.init)
    }

    /// How many rows are below a directory, at any depth.
    func count(below id: Int64) throws -> UInt64 {
        let statement = try database.cachedStatement(
            sql: """
                WITH RECURSIVE below (id) AS (
                    SELECT id FROM entries WHERE parent = ?1
                    UNION ALL SELECT entries.id FROM entries JOIN below ON entries.parent = below.id)
                SELECT count(*) FROM below
                """)
        return UInt64(try Int64.fetchOne(statement, arguments: [id]) ?? 0)
    }

    /// The rows of entries with this inode, whenever they were born.
    func rows(withInode inode: UInt64) throws -> [IndexRow] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(IndexRow.columns) FROM entries WHERE inode = ? AND inode != 0")
        return try Row.fetchAll(statement, arguments: [Int64(bitPattern: inode)]).map(IndexRow.init)
    }

    /// The path of a row; nil where the chain of its parents is broken.
    func path(of row: IndexRow) throws -> RelativePath? {
        var names = [row.name]
        var parent = row.parent
        let statement = try database.cachedStatement(sql: "SELECT parent, name FROM entries WHERE id = ?")
        while parent != IndexRow.rootID {
            guard names.count < RelativePath.longestPath, let row = try Row.fetchOne(statement, arguments: [parent])
            else { return nil }
            names.append(Array(row[1] as Data))
            parent = row[0]
        }
        return try? RelativePath(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    /// Puts `confirmed` at `path`. Where the parent is not in the index nothing is recorded: the path is then compared anew.
    mutating func set(_ path: RelativePath, _ confirmed: Confirmed) throws {
        try upsert(path, confirmed, generation: nil)
    }

    /// Takes over what the server's manifest says of one path.
    mutating func align(_ item: ManifestPage.Item, generation: Int64) throws {
        let known = try row(at: item.path)?.confirmed
        let isKnown = known?.entry == item.entry
        let confirmed = Confirmed(
            entry: item.entry, identity: isKnown ? known?.identity : nil, changed: isKnown ? known?.changed : nil,
            isJoined: isKnown && known?.isJoined ?? false)
        try upsert(item.path, confirmed, generation: generation)
    }

    private mutating func upsert(_ path: RelativePath, _ confirmed: Confirmed, generation: Int64?) throws {
        guard let parent = try path.parent.map({ try id(of: $0) }) ?? 0 else { return }
        if confirmed.entry.kind != .directory, let old = try row(at: path), old.confirmed.entry.kind == .directory {
            try remove(path)
        }
        // SQLite itself would give the root's identifier away, to the first entry that is recorded before the root.
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO entries (id, parent, name, kind, mode, modifiedSeconds, modifiedNanoseconds, size, digest,
                    target, inode, bornSeconds, bornNanoseconds, changedSeconds, changedNanoseconds,
                    user, userGroup, attributes, isJoined, generation)
                VALUES (ifnull(?, max((SELECT ifnull(max(id), 0) FROM entries), \(IndexRow.rootID)) + 1),
                    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ifnull(?, (SELECT generation FROM state)))
                ON CONFLICT (parent, name) DO UPDATE SET kind = excluded.kind, mode = excluded.mode,
                    modifiedSeconds = excluded.modifiedSeconds, modifiedNanoseconds = excluded.modifiedNanoseconds,
                    size = excluded.size, digest = excluded.digest, target = excluded.target, inode = excluded.inode,
                    bornSeconds = excluded.bornSeconds, bornNanoseconds = excluded.bornNanoseconds,
                    changedSeconds = excluded.changedSeconds, changedNanoseconds = excluded.changedNanoseconds,
                    user = excluded.user, userGroup = excluded.userGroup, attributes = excluded.attributes,
                    isJoined = excluded.isJoined,
                    generation = excluded.generation
                """)
        let place: StatementArguments = [path.isRoot ? IndexRow.rootID : nil, parent, Data(path.name)]
        try statement.execute(arguments: place + IndexRow.values(of: confirmed) + [generation])
        if path.isRoot { directories[.root] = IndexRow.rootID }
    }

    /// Moves the row at `from`, and so all below it, replacing what is at `to`.
    mutating func move(from: RelativePath, to: RelativePath) throws {
        guard let row = try row(at: from) else { return }
        try remove(to)
        directories = [.root: IndexRow.rootID]
        guard let parent = try to.parent.map({ try id(of: $0) }) ?? 0 else { return try remove(from) }
        try database.cachedStatement(sql: "UPDATE entries SET parent = ?, name = ? WHERE id = ?")
            .execute(arguments: [parent, Data(to.name), row.id])
    }

    /// Lets the rows at two paths change places, each with all below it.
    mutating func exchange(_ path: RelativePath, _ other: RelativePath) throws {
        guard let row = try row(at: path), let otherRow = try self.row(at: other) else { return }
        let place = try database.cachedStatement(sql: "UPDATE entries SET parent = ?, name = ? WHERE id = ?")
        // No row is anybody's child while it has no parent: two rows never have one place.
        try place.execute(arguments: [-1, Data(), row.id])
        try place.execute(arguments: [row.parent, Data(row.name), otherRow.id])
        try place.execute(arguments: [otherRow.parent, Data(otherRow.name), row.id])
        directories = [.root: IndexRow.rootID]
    }

    /// Removes the row at `path` and all below it.
    mutating func remove(_ path: RelativePath) throws {
        guard let row = try row(at: path) else { return }
        if row.confirmed.entry.kind == .directory {
            directories = [.root: IndexRow.rootID]
            try database.cachedStatement(
                sql: """
                    WITH RECURSIVE below (id) AS (
                        SELECT id FROM entries WHERE parent = ?1
                        UNION ALL SELECT entries.id FROM entries JOIN below ON entries.parent = below.id)
                    DELETE FROM entries WHERE id IN below
                    """
            ).execute(arguments: [row.id])
        }
        try database.cachedStatement(sql: "DELETE FROM entries WHERE id = ?").execute(arguments: [row.id])
    }
}
