// SPDX-License-Identifier: Apache-2.0
import GRDB
import SyncboxCore

/// The tables of a catalog. A migration that has been released is never edited: a new one is added below it.
enum CatalogSchema {
    /// The row of the root. It is a directory without a name, has no parent, and is not counted.
    static let root = CatalogRoot.id

    /// Brings a database of any earlier version, also an empty one, to this one.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 entries") { database in
            try database.execute(sql: entries)
            try database.execute(sql: meta)
            try database.execute(sql: uploads)
            try database.execute(
                sql:
                    "INSERT INTO entry (id, parent, name, kind, mode, seconds, nanoseconds, size, inode, born, changed)"
                    + " VALUES (?, 0, x'', 2, 0, 0, 0, 0, 0, 0, 0)", arguments: [root])
            // Drawn at random, so that a client notices that the catalog it knows has been lost.
            let epoch = Int64(bitPattern: UInt64.random(in: .min ... .max))
            try database.execute(
                sql: "INSERT INTO meta (id, epoch, sequence, entries, bytes, isOpen) VALUES (1, ?, 0, 0, 0, 0)",
                arguments: [epoch])
        }
        migrator.registerMigration("2 owners") { database in
            // NULL where owners are not mirrored: such rows stay as small as they were.
            try database.execute(sql: "ALTER TABLE entry ADD COLUMN user INTEGER")
            try database.execute(sql: "ALTER TABLE entry ADD COLUMN userGroup INTEGER")
        }
        migrator.registerMigration("3 attributes") { database in
            try database.execute(sql: "ALTER TABLE entry ADD COLUMN attributes BLOB")
        }
        migrator.registerMigration("4 freshness") { database in
            try database.execute(sql: freshness)
        }
        migrator.registerMigration("5 upload tags") { database in
            try database.execute(sql: uploadTags)
        }
        return migrator
    }

    /// A tree of names: to move a directory with a million files below it changes its row and no other.
    ///
    /// `seconds` and `nanoseconds` are the modification time; `digest` is NULL for what is no file, `target` for what is no
    /// symbolic link. `inode`, `born` and `changed` are the `Imprint`.
    private static let entries = """
        CREATE TABLE entry (
            id INTEGER PRIMARY KEY,
            parent INTEGER NOT NULL,
            name BLOB NOT NULL,
            kind INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            seconds INTEGER NOT NULL,
            nanoseconds INTEGER NOT NULL,
            size INTEGER NOT NULL,
            digest BLOB,
            target BLOB,
            inode INTEGER NOT NULL,
            born INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            UNIQUE (parent, name)
        ) STRICT
        """

    /// The uploads that are under way, so that they outlive a restart. What has arrived is the staged file's length.
    private static let uploads = """
        CREATE TABLE upload (
            id TEXT PRIMARY KEY NOT NULL,
            length INTEGER NOT NULL
        ) STRICT
        """

    /// By which an upload is found again (`UploadHandle`): `tag` and `key` are NULL where its client didn't ask for that.
    private static let uploadTags = """
        ALTER TABLE upload ADD COLUMN tag TEXT;
        ALTER TABLE upload ADD COLUMN key TEXT;
        ALTER TABLE upload ADD COLUMN writer TEXT
        """

    /// How far the share reflects its source (`Freshness`): NULL until a client has told.
    private static let freshness = """
        ALTER TABLE meta ADD COLUMN freshInstant TEXT;
        ALTER TABLE meta ADD COLUMN freshReceived TEXT
        """

    /// One row: the state, what the tree adds up to, and whether a daemon has the catalog open (still 1 after a crash).
    private static let meta = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            isOpen INTEGER NOT NULL
        ) STRICT
        """
}
