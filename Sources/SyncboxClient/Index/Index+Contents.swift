// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import PreparedSQL
import SyncboxCore

/// What a file that the server has consists of.
struct ConfirmedContent {
    /// Where the server has it, and which version of it.
    var base: RecipeBase
    /// What it consists of.
    var list: ChunkList
}

/// What large contents consist of, by their digests. It vouches for nothing: without it everything is sent as a whole.
extension Index {
    /// After so many contents those are forgotten that no entry has any more.
    private static let sweepInterval = 256
    /// How many chunks are a long list: some 100 KiB.
    private static let longList = 5_000
    /// How many files that begin alike are looked at, to find one of the same size.
    private static let mostAlike = 16

    /// Keeps what the content with this digest consists of.
    func store(_ list: ChunkList, of digest: Digest, size: UInt64) throws {
        try queue.write { database in
            let id = try Int64.fetchOne(
                database.cachedStatement(
                    sql: """
                        INSERT INTO contents (digest, size, chunks) VALUES (?, ?, ?)
                        ON CONFLICT (digest) DO UPDATE SET chunks = excluded.chunks RETURNING id
                        """),
                arguments: [Data(digest.bytes), Int64(bitPattern: size), Data(list.bytes)])
            guard let id else { return }
            try database.cachedStatement(sql: "DELETE FROM beginnings WHERE content = ?").execute(arguments: [id])
            let insert = try database.cachedStatement(sql: "INSERT INTO beginnings (hash, content) VALUES (?, ?)")
            for hash in list.beginning { try insert.execute(arguments: [Int64(bitPattern: hash.low), id]) }
            if id.isMultiple(of: Int64(Self.sweepInterval)) { try Self.sweepContents(in: database) }
        }
        // A long list has gone through the whole of the cache.
        if list.chunks.count > Self.longList { queue.releaseMemory() }
    }

    /// Forgets the contents that no entry has any more.
    static func sweepContents(in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM contents WHERE NOT EXISTS (
                    SELECT 1 FROM entries WHERE entries.digest = contents.digest AND entries.\(IndexSchema.large))
                """)
    }

    /// What is confirmed at `path`, if that is a large file of which it is recorded what it consists of.
    func content(at path: RelativePath) throws -> ConfirmedContent? {
        try read { database in
            var tree = IndexTree(database, statements)
            guard let digest = try tree.row(at: path)?.confirmed.entry.digest else { return nil }
            let statement = try database.cachedStatement(sql: "SELECT chunks FROM contents WHERE digest = ?")
            let bytes = try Data.fetchOne(statement, arguments: [Data(digest.bytes)])
            return bytes.flatMap { ChunkList(bytes: $0) }.map {
                ConfirmedContent(base: RecipeBase(path: path, digest: digest), list: $0)
            }
        }
    }

    /// A large file that is confirmed anywhere and begins with one of these chunks: one of `size` bytes where there is one.
    func content(beginningWith hashes: [Chunk.Hash], size: UInt64) throws -> ConfirmedContent? {
        try read { database in
            let tree = IndexTree(database, statements)
            for hash in hashes {
                let statement = try database.cachedStatement(
                    sql: """
                        SELECT contents.digest, chunks FROM beginnings JOIN contents ON contents.id = content
                        WHERE hash = ? ORDER BY size != ? LIMIT \(Self.mostAlike)
                        """)
                let arguments: StatementArguments = [Int64(bitPattern: hash.low), Int64(bitPattern: size)]
                let rows = try Row.fetchCursor(statement, arguments: arguments)
                while let row = try rows.next() {
                    let digest: Data = row[0]
                    guard let path = try tree.path(ofLargeFileWith: digest), let value = Digest(digest),
                        let list = ChunkList(bytes: row[1] as Data)
                    else { continue }
                    return ConfirmedContent(base: RecipeBase(path: path, digest: value), list: list)
                }
            }
            return nil
        }
    }
}

extension IndexTree {
    /// Where a large file with this digest is confirmed; nil where none is.
    fileprivate func path(ofLargeFileWith digest: Data) throws -> RelativePath? {
        try statements.large.first({ $0.add(bytes: digest) }) { IndexRow($0) }.flatMap { try path(of: $0) }
    }
}
