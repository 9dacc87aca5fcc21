// SPDX-License-Identifier: Apache-2.0

/// One path that is gone, and how much goes with it.
package struct Deletion: Hashable, Sendable {
    /// Where nothing is any more.
    package var path: RelativePath
    /// How many confirmed entries it stands for: itself and all below it.
    package var entries: UInt64

    package init(path: RelativePath, entries: UInt64) {
        self.path = path
        self.entries = entries
    }

    /// Those of `paths` that lie below no other, in their order: the rest goes with them.
    package static func topmost(_ paths: some Sequence<RelativePath>) -> [RelativePath] {
        var found: [RelativePath] = []
        for path in paths.sorted() where found.last.map({ path != $0 && !path.isBelow($0) }) ?? true {
            found.append(path)
        }
        return found
    }
}

/// Deletions of which none lies below another, in the order of paths; a bounded number of them.
package struct DeletionSet: Hashable, Sendable {
    private var deletions: [Deletion] = []
    /// The most that are kept.
    private let limit: Int
    /// Whether more came than are kept: only a comparison of the whole source finds the rest again.
    package private(set) var hasMore = false

    /// An empty set that keeps up to `limit` deletions.
    package init(limit: Int) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Whether there is none.
    package var isEmpty: Bool { deletions.isEmpty && !hasMore }

    /// How many confirmed entries the kept ones stand for.
    package var entries: UInt64 { deletions.reduce(0) { $0 + $1.entries } }

    /// The paths that are kept, in their order.
    package var paths: [RelativePath] { deletions.map(\.path) }

    /// Whether `path` itself is kept.
    package func contains(_ path: RelativePath) -> Bool {
        let index = firstIndex(notBefore: path)
        return index < deletions.count && deletions[index].path == path
    }

    /// Adds more. One below another is covered by it; one that is here already takes the newer number.
    package mutating func insert(_ more: [Deletion]) {
        guard !more.isEmpty else { return }
        let more = more.sorted { $0.path < $1.path }
        var merged: [Deletion] = []
        merged.reserveCapacity(deletions.count + more.count)
        var (old, new) = (deletions[...], more[...])
        while let next = Self.takeFirst(&old, &new) {
            if let last = merged.last, next.path.isBelow(last.path) { continue }
            merged.append(next)
        }
        hasMore = hasMore || merged.count > limit
        deletions = Array(merged.prefix(limit))
    }

    /// Adds those of another set, and that it had too many.
    package mutating func formUnion(_ other: DeletionSet) {
        insert(other.deletions)
        hasMore = hasMore || other.hasMore
    }

    /// Takes the one that comes first; of two for one path the new one, and the old one with it.
    private static func takeFirst(_ old: inout ArraySlice<Deletion>, _ new: inout ArraySlice<Deletion>) -> Deletion? {
        guard let oldest = old.first else { return new.popFirst() }
        guard let newest = new.first, newest.path <= oldest.path else { return old.popFirst() }
        if newest.path == oldest.path { old.removeFirst() }
        return new.popFirst()
    }

    /// Drops `path` itself. Whether it was here.
    @discardableResult
    package mutating func remove(_ path: RelativePath) -> Bool {
        guard contains(path) else { return false }
        deletions.remove(at: firstIndex(notBefore: path))
        return true
    }

    /// Drops `directory` and everything below it; for the root everything, also what was too much to keep.
    package mutating func removeTree(_ directory: RelativePath) {
        let start = firstIndex(notBefore: directory)
        let end = deletions[start...].firstIndex { $0.path != directory && !$0.path.isBelow(directory) }
        deletions.removeSubrange(start..<(end ?? deletions.endIndex))
        if directory.isRoot { hasMore = false }
    }

    /// The directory `from` has become `to`: what was below it is below `to`.
    package mutating func move(from: RelativePath, to: RelativePath) {
        let moved = deletions.filter { $0.path.isBelow(from) }
        guard !moved.isEmpty else { return }
        deletions.removeAll { $0.path.isBelow(from) }
        insert(
            moved.compactMap { deletion in
                deletion.path.moved(from: from, to: to).map { Deletion(path: $0, entries: deletion.entries) }
            })
    }

    /// Counts anew what each stands for, and drops those that stand for nothing any more.
    package mutating func recount(_ entries: (RelativePath) throws -> UInt64) rethrows {
        deletions = try deletions.compactMap { deletion in
            let count = try entries(deletion.path)
            return count > 0 ? Deletion(path: deletion.path, entries: count) : nil
        }
    }

    private func firstIndex(notBefore path: RelativePath) -> Int {
        var (low, high) = (deletions.startIndex, deletions.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if deletions[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
