// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import SyncboxCore

/// One row of the index: where it is in the tree, and what is confirmed there.
struct IndexRow {
    /// The row of the root, whose parent is 0.
    static let rootID: Int64 = 1

    /// The columns that `init(_:)` reads, in its order.
    static let columns = """
        id, parent, name, kind, mode, modifiedSeconds, modifiedNanoseconds, size, digest, target, \
        inode, bornSeconds, bornNanoseconds, changedSeconds, changedNanoseconds, user, userGroup, attributes, isJoined
        """

    let id: Int64
    let parent: Int64
    let name: [UInt8]
    let confirmed: Confirmed

    init(_ row: Row) {
        id = row[0]
        parent = row[1]
        name = Array(row[2] as Data)
        let inode = UInt64(bitPattern: row[10] as Int64)
        let identity = Identity(inode: inode, born: Timestamp(seconds: row[11], nanoseconds: row[12]))
        var entry = Entry(
            kind: Entry.Kind(rawValue: row[3]) ?? .file, mode: row[4],
            modified: Timestamp(seconds: row[5], nanoseconds: row[6]), size: UInt64(bitPattern: row[7] as Int64),
            digest: (row[8] as Data?).flatMap { Digest($0) }, target: Array(row[9] as Data))
        if let user = row[15] as UInt32?, let group = row[16] as UInt32? {
            entry.owner = Owner(user: user, group: group)
        }
        entry.attributes = (row[17] as Data?).flatMap { Attributes(bytes: $0) }
        let changed = (row[13] as Int64?).map { Timestamp(seconds: $0, nanoseconds: row[14]) }
        confirmed = Confirmed(
            entry: entry, identity: inode == 0 ? nil : identity, changed: changed, isJoined: row[18] as Bool? ?? false)
    }

    /// The values of the columns from `kind` to `isJoined`, in their order.
    static func values(of confirmed: Confirmed) -> StatementArguments {
        let entry = confirmed.entry
        return [
            entry.kind.rawValue, entry.mode, entry.modified.seconds, entry.modified.nanoseconds,
            Int64(bitPattern: entry.size), entry.digest.map { Data($0.bytes) }, Data(entry.target),
            Int64(bitPattern: confirmed.identity?.inode ?? 0), confirmed.identity?.born.seconds ?? 0,
            confirmed.identity?.born.nanoseconds ?? 0, confirmed.changed?.seconds, confirmed.changed?.nanoseconds,
            entry.owner?.user, entry.owner?.group, entry.attributes.map { Data($0.bytes) },
            confirmed.isJoined ? true : nil,
        ]
    }
}
