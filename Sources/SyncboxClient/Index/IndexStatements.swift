// SPDX-License-Identifier: Apache-2.0

import GRDB
import PreparedSQL

/// The statements of the index that are run for every entry, prepared once.
final class IndexStatements {
    /// The row in a directory with a name: `parent`, `name`.
    let byName: PreparedStatement
    /// The rows in a directory: `parent`.
    let byParent: PreparedStatement
    /// The rows with an inode: `inode`.
    let byInode: PreparedStatement
    /// A large file with a digest: `digest`.
    let large: PreparedStatement
    /// The parent and the name of a row: `id`.
    let place: PreparedStatement
    /// Gives a row another place: `parent`, `name`, `id`.
    let putPlace: PreparedStatement
    /// Puts a row: its `id` or NULL, `parent`, `name`, the columns from `kind` on, `generation` or NULL for the present one.
    let upsert: PreparedStatement

    /// Prepares all of them; the tables are there.
    init(_ database: Database) throws {
        let select = "SELECT \(IndexRow.columns) FROM entries WHERE "
        byName = try PreparedStatement(database, select + "parent = ? AND name = ?")
        byParent = try PreparedStatement(database, select + "parent = ?")
        byInode = try PreparedStatement(database, select + "inode = ? AND inode != 0")
        large = try PreparedStatement(database, select + "digest = ? AND \(IndexSchema.large) LIMIT 1")
        place = try PreparedStatement(database, "SELECT parent, name FROM entries WHERE id = ?")
        putPlace = try PreparedStatement(database, "UPDATE entries SET parent = ?, name = ? WHERE id = ?")
        // SQLite itself would give the root's identifier away, to the first entry that is recorded before the root.
        upsert = try PreparedStatement(
            database,
            """
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
    }
}
