// SPDX-License-Identifier: Apache-2.0

import GRDB
import PreparedSQL
import SyncboxCore

/// The rows of the index as a tree, within one transaction. It remembers the directories that it found on the way, so
/// that a batch of changes in one directory resolves that directory once.
struct IndexTree {
    let database: Database
    let statements: IndexStatements
    private var directories: [RelativePath: Int64] = [.root: IndexRow.rootID]

    init(_ database: Database, _ statements: IndexStatements) {
        self.database = database
        self.statements = statements
    }

    /// The row at `path`, or nil.
    mutating func row(at path: RelativePath) throws -> IndexRow? {
        guard let parent = path.parent else { return try row(parent: 0, name: []) }
        guard let parentID = try id(of: parent) else { return nil }
        return try row(parent: parentID, name: path.name)
    }

    /// The row's identifier of the directory at `path`; nil where the index has no directory there.
    mutating func id(of directory: RelativePath) throws -> Int64? {
        if let known = directories[directory] { return known }
        guard let row = try row(at: directory), row.confirmed.entry.kind == .directory else { return nil }
        directories[directory] = row.id
        return row.id
    }

    private func row(parent: Int64, name: ArraySlice<UInt8>) throws -> IndexRow? {
        try statements.byName.first({ values in
            values.add(parent)
            values.add(bytes: name)
        }) { IndexRow($0) }
    }

    /// The rows directly in a directory.
    func children(of id: Int64) throws -> [IndexRow] {
        try statements.byParent.all({ $0.add(id) }) { IndexRow($0) }
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
        try statements.byInode.all({ $0.add(inode) }) { IndexRow($0) }
    }

    /// The path of a row; nil where the chain of its parents is broken.
    func path(of row: IndexRow) throws -> RelativePath? {
        var names = [row.name]
        var parent = row.parent
        while parent != IndexRow.rootID {
            let above = try statements.place.first({ $0.add(parent) }) { ($0.number(0), $0.bytes(1)) }
            guard names.count < RelativePath.longestPath, let above else { return nil }
            names.append(above.1)
            parent = above.0
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
        try statements.upsert.run { values in
            values.add(path.isRoot ? IndexRow.rootID : nil)
            values.add(parent)
            values.add(bytes: path.name)
            IndexRow.add(confirmed, to: &values)
            values.add(generation)
        }
        if path.isRoot { directories[.root] = IndexRow.rootID }
    }

    /// Moves the row at `from`, and so all below it, replacing what is at `to`.
    mutating func move(from: RelativePath, to: RelativePath) throws {
        guard let row = try row(at: from) else { return }
        try remove(to)
        directories = [.root: IndexRow.rootID]
        guard let parent = try to.parent.map({ try id(of: $0) }) ?? 0 else { return try remove(from) }
        try put(row.id, in: parent, as: to.name)
    }

    /// Lets the rows at two paths change places, each with all below it.
    mutating func exchange(_ path: RelativePath, _ other: RelativePath) throws {
        guard let row = try row(at: path), let otherRow = try self.row(at: other) else { return }
        // No row is anybody's child while it has no parent: two rows never have one place.
        try put(row.id, in: -1, as: [])
        try put(otherRow.id, in: row.parent, as: row.name[...])
        try put(row.id, in: otherRow.parent, as: otherRow.name[...])
        directories = [.root: IndexRow.rootID]
    }

    private func put(_ id: Int64, in parent: Int64, as name: ArraySlice<UInt8>) throws {
        try statements.putPlace.run { values in
            values.add(parent)
            values.add(bytes: name)
            values.add(id)
        }
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
