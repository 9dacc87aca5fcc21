// SPDX-License-Identifier: Apache-2.0

/// How long a share keeps what was removed or replaced, and how much of it.
package struct KeepBounds: Hashable, Sendable {
    /// The range of `keep-deleted`.
    package static let ageRange: ClosedRange<Duration> = .seconds(60)...(.seconds(520 * 7 * 86_400))
    /// The range of `keep-deleted-size`, in bytes: 1M to 1024T.
    package static let sizeRange: ClosedRange<UInt64> = 1 << 20...1 << 50
    /// `keep-deleted-size` where it isn't set, in bytes: 10G.
    package static let defaultSize: UInt64 = 10 << 30
    /// The most entries that a share keeps: each takes an inode of the destination's file system.
    package static let mostEntries: UInt64 = 1_000_000

    /// `keep-deleted`: what is older goes.
    package var age: Duration
    /// `keep-deleted-size`: the most bytes that the contents of all kept files may have together.
    package var size: UInt64

    package init(age: Duration, size: UInt64 = defaultSize) {
        self.age = age
        self.size = size
    }

    /// Which of the kept versions must go, the oldest first: those that are too old; those that alone exceed a bound, which
    /// drive out no other; and, counted from the newest on, the first with which a bound is exceeded and all older ones. What is
    /// held goes by its age alone, and drives out nothing.
    package func expired(_ kept: [KeptVersion: KeptSum], at now: Timestamp) -> [KeptVersion] {
        var sum = KeptSum()
        var isFull = false
        var expired: [KeptVersion] = []
        for (version, more) in kept.sorted(by: { $0.key > $1.key }) {
            if version.isHeld {
                if version.time.duration(to: now) > age { expired.append(version) }
                continue
            }
            if !isFull, !exceeds(more), version.time.duration(to: now) <= age {
                sum.add(more)
                isFull = exceeds(sum)
                if !isFull { continue }
            }
            expired.append(version)
        }
        return expired.reversed()
    }

    private func exceeds(_ sum: KeptSum) -> Bool {
        sum.bytes > size || sum.entries > Self.mostEntries
    }
}

/// What kept entries add up to.
package struct KeptSum: Hashable, Sendable {
    /// Files, directories and symbolic links.
    package var entries: UInt64
    /// The bytes of the files' contents.
    package var bytes: UInt64

    package init(entries: UInt64 = 0, bytes: UInt64 = 0) {
        self.entries = entries
        self.bytes = bytes
    }

    /// Adds `more`.
    package mutating func add(_ more: KeptSum) {
        entries += more.entries
        bytes &+= more.bytes
    }

    /// Takes `less` away again, which was added before.
    package mutating func subtract(_ less: KeptSum) {
        entries -= less.entries
        bytes &-= less.bytes
    }
}
