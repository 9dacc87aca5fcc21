// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the index. A step that has been released is never edited: a later one changes what it made.
enum IndexSchema {
    /// Which entries have contents of which it is recorded what they consist of: those that are sent as uploads. It stands in
    /// an index of the table, so that it must not change.
    static let large = "size > 262144"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        registerEntries(in: &migrator)
        migrator.registerMigration("2: owners") { database in
            // NULL where owners are not mirrored: such rows stay as small as they were.
            try database.execute(sql: "ALTER TABLE entries ADD COLUMN user INTEGER")
            try database.execute(sql: "ALTER TABLE entries ADD COLUMN userGroup INTEGER")
        }
        migrator.registerMigration("3: attributes") { database in
            try database.execute(sql: "ALTER TABLE entries ADD COLUMN attributes BLOB")
        }
        migrator.registerMigration("4: hard links") { database in
            try database.execute(sql: "ALTER TABLE entries ADD COLUMN isJoined INTEGER")
        }
        migrator.registerMigration("5: whether deletions are held") { database in
            try database.execute(sql: "ALTER TABLE state ADD COLUMN isHolding INTEGER NOT NULL DEFAULT 0")
        }
        registerContents(in: &migrator)
        return migrator
    }

    private static func registerEntries(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("1: entries by parent and name") { database in
            try database.execute(
                sql: """
                    CREATE TABLE entries (
                        id INTEGER PRIMARY KEY,
                        parent INTEGER NOT NULL,
                        name BLOB NOT NULL,
                        kind INTEGER NOT NULL,
                        mode INTEGER NOT NULL,
                        modifiedSeconds INTEGER NOT NULL,
                        modifiedNanoseconds INTEGER NOT NULL,
                        size INTEGER NOT NULL,
                        digest BLOB,
                        target BLOB NOT NULL,
                        inode INTEGER NOT NULL,
                        bornSeconds INTEGER NOT NULL,
                        bornNanoseconds INTEGER NOT NULL,
                        changedSeconds INTEGER,
                        changedNanoseconds INTEGER,
                        generation INTEGER NOT NULL
                    );
                    CREATE UNIQUE INDEX entriesByName ON entries (parent, name);
                    CREATE INDEX entriesByInode ON entries (inode) WHERE inode != 0;
                    CREATE TABLE state (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        writer TEXT NOT NULL,
                        epoch INTEGER,
                        sequence INTEGER,
                        generation INTEGER NOT NULL
                    );
                    INSERT INTO state (id, writer, generation) VALUES (1, lower(hex(randomblob(16))), 0);
                    """)
        }
    }

    private static func registerContents(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("6: what large contents consist of") { database in
            // By content, not by path: what moves or is copied keeps it.
            try database.execute(
                sql: """
                    CREATE TABLE contents (
                        id INTEGER PRIMARY KEY,
                        digest BLOB NOT NULL UNIQUE,
                        size INTEGER NOT NULL,
                        chunks BLOB NOT NULL
                    );
                    CREATE TABLE beginnings (
                        hash INTEGER NOT NULL,
                        content INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE
                    );
                    CREATE INDEX beginningsByHash ON beginnings (hash);
                    CREATE INDEX beginningsByContent ON beginnings (content);
                    CREATE INDEX largeEntriesByContent ON entries (digest) WHERE \(large);
                    """)
        }
    }
}
