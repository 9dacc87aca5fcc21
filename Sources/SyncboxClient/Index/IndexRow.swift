// SPDX-License-Identifier: Apache-2.0

import PreparedSQL
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

    init(_ row: StatementRow) {
        id = row.number(0)
        parent = row.number(1)
        name = row.bytes(2)
        let inode = UInt64(bitPattern: row.number(10))
        let born = Timestamp(seconds: row.number(11), nanoseconds: UInt32(truncatingIfNeeded: row.number(12)))
        var entry = Entry(
            kind: Entry.Kind(rawValue: UInt8(truncatingIfNeeded: row.number(3))) ?? .file,
            mode: UInt16(truncatingIfNeeded: row.number(4)),
            modified: Timestamp(seconds: row.number(5), nanoseconds: UInt32(truncatingIfNeeded: row.number(6))),
            size: UInt64(bitPattern: row.number(7)), digest: row.withBytes(8) { Digest($0) }, target: row.bytes(9))
        if let user = row.optionalNumber(15), let group = row.optionalNumber(16) {
            entry.owner = Owner(user: UInt32(truncatingIfNeeded: user), group: UInt32(truncatingIfNeeded: group))
        }
        if !row.isNull(17) { entry.attributes = Attributes(bytes: row.bytes(17)) }
        let changed = row.optionalNumber(13).map {
            Timestamp(seconds: $0, nanoseconds: UInt32(truncatingIfNeeded: row.number(14)))
        }
        confirmed = Confirmed(
            entry: entry, identity: inode == 0 ? nil : Identity(inode: inode, born: born), changed: changed,
            isJoined: row.number(18) != 0)
    }

    /// Adds the values of the columns from `kind` to `isJoined`, in their order.
    static func add(_ confirmed: Confirmed, to values: inout StatementValues) {
        let entry = confirmed.entry
        values.add(entry.kind.rawValue)
        values.add(entry.mode)
        values.add(entry.modified.seconds)
        values.add(entry.modified.nanoseconds)
        values.add(entry.size)
        if let digest = entry.digest { digest.withBytes { values.add(buffer: $0) } } else { values.add(nil) }
        values.add(bytes: entry.target)
        values.add(confirmed.identity?.inode ?? 0)
        values.add(confirmed.identity?.born.seconds ?? 0)
        values.add(confirmed.identity?.born.nanoseconds ?? 0)
        values.add(confirmed.changed?.seconds)
        values.add(confirmed.changed.map { Int64($0.nanoseconds) })
        values.add(entry.owner.map { Int64($0.user) })
        values.add(entry.owner.map { Int64($0.group) })
        values.add(bytes: entry.attributes?.bytes)
        values.add(confirmed.isJoined ? 1 : nil)
    }
}
