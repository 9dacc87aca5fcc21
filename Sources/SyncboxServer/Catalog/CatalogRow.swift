// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import GRDB
import SyncboxCore

extension CatalogRow {
    /// The columns, in the order in which `init(_:)` reads them.
    static let columns =
        "id, parent, name, kind, mode, seconds, nanoseconds, size, digest, target, inode, born, changed, user, userGroup, "
        + "attributes"

    /// Reads the `columns`. Throws when they hold what no entry can be: the database is damaged.
    init(_ row: Row) throws {
        // Numbers are taken as they are stored: GRDB ends the process when one doesn't fit a smaller type.
        guard let kind = Entry.Kind(rawValue: UInt8(truncatingIfNeeded: row[3] as Int64)) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an entry of an unknown kind")
        }
        let mode = UInt16(truncatingIfNeeded: row[4] as Int64)
        let modified = Timestamp(seconds: row[5], nanoseconds: UInt32(truncatingIfNeeded: row[6] as Int64))
        var entry: Entry =
            switch kind {
            case .file:
                .file(
                    size: UInt64(bitPattern: row[7]), digest: Digest(try row.bytes(8)), mode: mode, modified: modified)
            case .directory: .directory(mode: mode, modified: modified)
            case .symbolicLink: .symbolicLink(target: try row.bytes(9), modified: modified)
            }
        if let user = row[13] as Int64?, let group = row[14] as Int64? {
            entry.owner = Owner(user: UInt32(truncatingIfNeeded: user), group: UInt32(truncatingIfNeeded: group))
        }
        if let attributes = row[15] as Data? { entry.attributes = Attributes(bytes: attributes) }
        self.init(
            id: row[0], parent: row[1], name: try row.bytes(2), entry: entry,
            imprint: Imprint(inode: UInt64(bitPattern: row[10]), born: row[11], changed: row[12]))
    }
}

extension Entry {
    /// `user`, `userGroup` and `attributes`, as arguments of a statement.
    var preservedColumns: StatementArguments { [owner?.user, owner?.group, attributes.map { Data($0.bytes) }] }

    /// `kind` to `target`, as arguments of a statement.
    var columns: StatementArguments {
        [
            kind.rawValue, mode, modified.seconds, modified.nanoseconds, Int64(bitPattern: size),
            digest.map { Data($0.bytes) }, target.isEmpty ? nil : Data(target),
        ]
    }
}

extension Imprint {
    /// `inode`, `born` and `changed`, as arguments of a statement.
    var columns: StatementArguments { [Int64(bitPattern: inode), born, changed] }
}

extension StatementArguments {
    /// The row of a directory and a name in it.
    init(parent: Int64, name: some Collection<UInt8>) {
        self = [parent, Data(name)]
    }
}

extension Row {
    /// A column's bytes; none for NULL.
    fileprivate func bytes(_ index: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: index) { data in data.map { Array($0) } ?? [] }
    }
}
