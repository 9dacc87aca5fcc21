// SPDX-License-Identifier: Apache-2.0

/// What the destination's file system showed of an entry when it was recorded, so that a later look can tell whether
/// what stands there is still what Syncbox put there.
package struct Imprint: Hashable, Sendable {
    /// The inode's number.
    package var inode: UInt64
    /// When the inode was made, in nanoseconds since the epoch; 0 where the file system can't tell.
    package var born: Int64
    /// When the inode last changed in any way, in nanoseconds since the epoch.
    package var changed: Int64

    package init(inode: UInt64, born: Int64, changed: Int64) {
        self.inode = inode
        self.born = born
        self.changed = changed
    }

    /// What a look shows.
    package init(_ observed: Observed) {
        inode = observed.identity.inode
        born = observed.identity.born.asNanoseconds
        changed = observed.changed.asNanoseconds
    }

    /// Whether `observed` is the very entry that was recorded, wherever it stands now and whatever became of it.
    package func isSameEntry(as observed: Observed) -> Bool {
        inode == observed.identity.inode && born == observed.identity.born.asNanoseconds
    }

    /// Whether `observed` is that entry, and nothing about it has changed since, not even its name.
    package func isSameVersion(as observed: Observed) -> Bool {
        self == Imprint(observed)
    }
}

extension Timestamp {
    /// The instant as one number; it wraps in the year 2262, which does no harm to what is only compared for equality.
    fileprivate var asNanoseconds: Int64 { seconds &* 1_000_000_000 &+ Int64(nanoseconds) }
}
