// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import SyncboxCore

/// The client's record of what the server has confirmed: a tree of (parent, name) rows in SQLite, so that moving a
/// directory of any size changes one row.
///
/// Every call blocks, and is made on the engine's thread only. The database is in WAL mode with `synchronous = NORMAL`:
/// a power loss may take the last transactions, which leaves the index behind what the server has, never ahead of it,
/// and the next comparison finds that out. `FULL` would cost an fsync a batch and save nothing.
final class Index: ConfirmedRecord {
    // Before the queue, so that the statements go before their connection.
    let statements: IndexStatements
    let queue: DatabaseQueue

    /// Opens or makes the index at `path`. Throws GRDB's `DatabaseError` where that can't be done.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -8192")
            // Nobody else has the file open, so that no read has to lock it, nor to share a map of the log.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try IndexSchema.migrator.migrate(queue)
        statements = try queue.unsafeRead { try IndexStatements($0) }
        try queue.write { try Self.sweepContents(in: $0) }
    }

    /// Gives `body` the database to read. GRDB's own `read` would set `PRAGMA query_only` and take it back, after each of which
    /// SQLite prepares every statement anew (sqlite3_prepare_v2(3): a pragma that sets a flag expires them all).
    func read<Value>(_ body: (Database) throws -> Value) rethrows -> Value {
        try queue.unsafeRead(body)
    }

    /// Whether an error means that the file is no index any more, rather than that it can't be reached.
    static func isDamage(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    /// The state of the server's catalog that the index describes; nil before it was ever aligned.
    var state: ShareState? {
        get throws {
            try read { database in
                guard let row = try Row.fetchOne(database, sql: "SELECT epoch, sequence FROM state"),
                    let epoch = row[0] as Int64?, let sequence = row[1] as Int64?
                else { return nil }
                return ShareState(epoch: UInt64(bitPattern: epoch), sequence: UInt64(bitPattern: sequence))
            }
        }
    }

    /// The name under which this client holds its share, drawn when the index was made.
    var writer: String {
        get throws { try read { try String.fetchOne($0, sql: "SELECT writer FROM state") ?? "" } }
    }

    /// How many entries are confirmed, without the root.
    var count: UInt64 {
        get throws {
            try read {
                UInt64(try Int64.fetchOne($0, sql: "SELECT count(*) FROM entries WHERE parent != 0") ?? 0)
            }
        }
    }

    /// How many entries are confirmed at and below `path`; below the root, which itself is not counted.
    func count(at path: RelativePath) throws -> UInt64 {
        if path.isRoot { return try count }
        return try read { database in
            var tree = IndexTree(database, statements)
            guard let row = try tree.row(at: path) else { return 0 }
            return row.confirmed.entry.kind == .directory ? try tree.count(below: row.id) + 1 : 1
        }
    }

    /// Whether deletions were held back when that was last noted.
    var isHolding: Bool {
        get throws { try read { try Bool.fetchOne($0, sql: "SELECT isHolding FROM state") ?? false } }
    }

    /// Keeps in mind whether deletions are held back.
    func setHolding(_ isHolding: Bool) throws {
        try queue.write { try $0.execute(sql: "UPDATE state SET isHolding = ?", arguments: [isHolding]) }
    }

    /// What is confirmed at each of `paths`; those where nothing is are left out.
    func confirmed(at paths: some Sequence<RelativePath>) throws -> [RelativePath: Confirmed] {
        try read { database in
            var tree = IndexTree(database, statements)
            var found: [RelativePath: Confirmed] = [:]
            for path in paths { found[path] = try tree.row(at: path)?.confirmed }
            return found
        }
    }

    /// What is confirmed directly in `directory`, by name.
    func children(of directory: RelativePath) throws -> [[UInt8]: Confirmed] {
        try read { database in
            var tree = IndexTree(database, statements)
            guard let id = try tree.id(of: directory) else { return [:] }
            var children: [[UInt8]: Confirmed] = [:]
            for row in try tree.children(of: id) { children[row.name] = row.confirmed }
            return children
        }
    }

    /// Where the index has the entry with `identity`, and as what; nil where it has none.
    func location(of identity: Identity) throws -> (path: RelativePath, confirmed: Confirmed)? {
        try read { database in
            let tree = IndexTree(database, statements)
            return try tree.rows(withInode: identity.inode)
                .first { $0.confirmed.identity == identity }
                .flatMap { row in try tree.path(of: row).map { ($0, row.confirmed) } }
        }
    }

    /// Every place where the index has the entry with `identity`, and as what: the names of a file.
    func locations(of identity: Identity) throws -> [(path: RelativePath, confirmed: Confirmed)] {
        try read { database in
            let tree = IndexTree(database, statements)
            return try tree.rows(withInode: identity.inode).filter { $0.confirmed.identity == identity }
                .compactMap { row in try tree.path(of: row).map { ($0, row.confirmed) } }
        }
    }

    /// Records what a batch confirmed, in its order, and the state after it, in one transaction.
    func confirm(_ confirmations: [Confirmation], state: ShareState?) throws {
        try queue.write { database in
            var tree = IndexTree(database, statements)
            for confirmation in confirmations {
                switch confirmation {
                case .set(let path, let confirmed): try tree.set(path, confirmed)
                case .move(let from, let to): try tree.move(from: from, to: to)
                case .exchange(let path, let other): try tree.exchange(path, other)
                case .remove(let path): try tree.remove(path)
                }
            }
            if let state { try Self.record(state, in: database) }
        }
    }

    /// Forgets which content is confirmed, but not which entries: every file will be sent again.
    func forgetContents() throws {
        try queue.write { try $0.execute(sql: "UPDATE entries SET digest = NULL, inode = 0, changedSeconds = NULL") }
    }

    /// Forgets which state of the catalog the index describes, so that it is aligned anew.
    func forgetState() throws {
        try queue.write { try $0.execute(sql: "UPDATE state SET epoch = NULL") }
    }

    /// Begins to take over a manifest: what `align` doesn't name until `finishAligning` will be forgotten.
    func beginAligning() throws {
        try queue.write { try $0.execute(sql: "UPDATE state SET generation = generation + 1, epoch = NULL") }
    }

    /// Takes over entries of the server's manifest, in the order of paths. Where the index has the very same, it keeps
    /// what it knows of the source's entry; otherwise only the server vouches for it from now on.
    func align(_ items: [ManifestPage.Item]) throws {
        try queue.write { database in
            let generation = try Int64.fetchOne(database, sql: "SELECT generation FROM state") ?? 0
            var tree = IndexTree(database, statements)
            for item in items { try tree.align(item, generation: generation) }
        }
    }

    /// Ends what `beginAligning` began: the index now describes `state`.
    func finishAligning(_ state: ShareState) throws {
        try queue.write { database in
            try database.execute(
                sql: "DELETE FROM entries WHERE parent != 0 AND generation != (SELECT generation FROM state)")
            try Self.record(state, in: database)
        }
    }

    private static func record(_ state: ShareState, in database: Database) throws {
        try database.cachedStatement(sql: "UPDATE state SET epoch = ?, sequence = ?")
            .execute(arguments: [Int64(bitPattern: state.epoch), Int64(bitPattern: state.sequence)])
    }
}
