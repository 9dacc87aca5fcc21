// SPDX-License-Identifier: Apache-2.0
import GRDB
import SyncboxCore
import Synchronization

/// The record of what a share holds durably: a tree of entries in one SQLite database. Every call blocks.
///
/// It is only ever behind the destination, never ahead of it: an entry is recorded after it has been published and synced.
/// What it lacks after a crash the client sends again; if it is lost altogether the client compares and fills it anew.
final class Catalog: Sendable {
    /// How many connections read at the same time, beside the one that writes.
    private static let mostReaders = 2

    private let pool: DatabasePool
    private let known: Mutex<CatalogSummary>
    /// Whether the last daemon that had the catalog open didn't close it: what it published last may not be recorded.
    let wasLeftOpen: Bool

    /// Opens the database at `path`, which is made if nothing is there, and brings it to this build's version. Throws a
    /// `DatabaseError`, whose `isDamage` tells whether the file is beyond use.
    init(path: String, durability: ServerSettings.Durability) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = Self.mostReaders
        pool = try DatabasePool(path: path, configuration: configuration)
        try CatalogSchema.migrator.migrate(pool)
        known = Mutex(try pool.read { database in try CatalogTree(database: database).summary() })
        wasLeftOpen = try pool.read { database in try Bool.fetchOne(database, sql: "SELECT isOpen FROM meta") ?? false }
        if wasLeftOpen { try checkIntegrity() }
        try setDurability(durability)
        try setOpen(true)
    }

    /// The state and the sums after the last commit. Doesn't touch the disk.
    var summary: CatalogSummary { known.withLock { $0 } }

    /// Gives `body` the tree to read, all of one state.
    func read<Result>(_ body: (CatalogTree) throws -> Result) throws -> Result {
        try pool.read { database in try body(CatalogTree(database: database)) }
    }

    /// What is recorded at `path`; nil for nothing.
    func row(at path: RelativePath) throws -> CatalogRow? {
        try read { try $0.row(at: path) }
    }

    /// A page of the manifest; see `CatalogTree.page`.
    func page(after path: RelativePath?) throws -> ManifestPage {
        try read { try $0.page(after: path) }
    }

    /// The uploads that are under way.
    func uploads() throws -> [UploadID: UploadRecord] {
        try read { try $0.uploads() }
    }

    /// Gives `body` the catalog to change, and commits what it did as one. Nothing is changed when it throws. One
    /// transaction goes on at a time; readers see the state before it until it is committed.
    func transaction<Result>(_ body: (CatalogTransaction) throws -> Result) throws -> Result {
        try pool.writeWithoutTransaction { database in
            var outcome: (result: Result, summary: CatalogSummary)?
            try database.inTransaction(.immediate) {
                let transaction = try CatalogTransaction(database)
                outcome = (try body(transaction), transaction.summary)
                try transaction.finish()
                return .commit
            }
            guard let outcome else { preconditionFailure("a transaction that didn't throw has a result") }
            known.withLock { $0 = outcome.summary }
            return outcome.result
        }
    }

    /// Whether a commit is on the disk when it returns, or only after the next checkpoint.
    ///
    /// It is set after the database has been opened: GRDB itself chooses NORMAL when it turns to WAL, after every other chance
    /// to configure the connection (`Database.setUpWALMode`), and NORMAL may lose the last commits with the power.
    func setDurability(_ durability: ServerSettings.Durability) throws {
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = \(durability == .durable ? "FULL" : "NORMAL")")
        }
    }

    /// SQLite's number for how commits are synced: 1 is NORMAL, 2 is FULL.
    var synchronous: Int {
        get throws {
            try pool.writeWithoutTransaction { database in
                try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0
            }
        }
    }

    /// Copies what was committed into the database's own file, and syncs it: what a relaxed share does later.
    func checkpoint() throws {
        try pool.writeWithoutTransaction { database in _ = try database.checkpoint(.passive) }
    }

    /// Closes the database in good order, so that the next daemon needs no check. Nothing may be called afterwards.
    func close() throws {
        try setOpen(false)
        try pool.close()
    }

    private func setOpen(_ isOpen: Bool) throws {
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "UPDATE meta SET isOpen = ?", arguments: [isOpen])
        }
    }

    /// Throws when the file's structure is damaged (https://sqlite.org/pragma.html#pragma_quick_check).
    private func checkIntegrity() throws {
        let finding = try pool.read { database in try String.fetchOne(database, sql: "PRAGMA quick_check(1)") }
        guard finding == "ok" else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: finding ?? "quick_check says nothing")
        }
    }
}

extension DatabaseError {
    /// Whether the file itself is at fault, and trying again is of no use.
    var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }

    /// How the trouble is told to people, and on the wire.
    var problemKind: ProblemKind {
        switch resultCode {
        case .SQLITE_FULL: .noSpace
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB: .inputOutput
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_AUTH: .permission
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
        default: .other
        }
    }
}
