// SPDX-License-Identifier: Apache-2.0

/// Which watch is on which directory: a tree of (parent, name), so that renaming a directory changes one row however
/// much is below it.
///
/// The kernel knows watches by inode, and this table by name, and both change all the time. So a name that disappears only
/// *detaches* its watch, which keeps what is below it; where the same watch turns up again, by that name or another, it is
/// placed again and nothing is lost. Who never turns up is removed.
package struct WatchTable: Sendable {
    /// A watch descriptor of inotify(7).
    package typealias Watch = Int32

    /// What placing a watch showed.
    package enum Placement: Hashable, Sendable {
        /// The watch was not known: the directory is new here.
        case new
        /// It was there already.
        case same
        /// It had been detached from there, and is back.
        case back
        /// The directory was elsewhere: at this path, or where that has no path any more, at nil.
        case moved(from: RelativePath?)
        /// The directory would lie below itself: what the table knows is out of date. Nothing was changed.
        case impossible
    }

    /// A watch whose name has disappeared.
    package struct Detached: Hashable, Sendable {
        /// The watch.
        package let watch: Watch
        /// Where it was.
        package let parent: Watch
        /// The name it had there.
        package let name: [UInt8]
        /// When it was detached, on the caller's clock.
        package let since: UInt64
        /// Whether the caller has told that the directory is gone.
        package let isTold: Bool
    }

    /// One watched directory: where it hangs, and what hangs in it.
    private struct Node {
        var parent: Watch?
        var name: [UInt8]
        var children: [[UInt8]: Watch] = [:]
        /// The round in which it was placed last.
        var round: UInt64
    }

    private var nodes: [Watch: Node] = [:]
    private var detachedByWatch: [Watch: Detached] = [:]
    private var round: UInt64 = 0
    private let root: Watch

    /// A table that knows the root alone.
    package init(root: Watch) {
        self.root = root
        nodes[root] = Node(parent: nil, name: [], round: 0)
    }

    /// How many watches are known.
    package var count: Int { nodes.count }

    /// The watches whose names have disappeared, in no order.
    package var detached: [Detached] { Array(detachedByWatch.values) }

    /// Whether the watch is known, with a path or without.
    package func contains(_ watch: Watch) -> Bool { nodes[watch] != nil }

    /// The directory's path; nil when the watch is unknown, it or a directory above it is detached, or the path is too long.
    package func path(of watch: Watch) -> RelativePath? {
        var names: [[UInt8]] = []
        var next = watch
        while next != root {
            guard let node = nodes[next], let parent = node.parent else { return nil }
            names.append(node.name)
            next = parent
        }
        return try? RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
    }

    /// The path of a name in the directory; nil as `path(of:)` says.
    package func path(of name: [UInt8], in watch: Watch) -> RelativePath? {
        guard let directory = path(of: watch) else { return nil }
        return try? directory.appending(name)
    }

    /// The watch on the directory of this name.
    package func child(_ name: [UInt8], of parent: Watch) -> Watch? {
        nodes[parent]?.children[name]
    }

    /// The watch on the directory at this path.
    package func watch(at path: RelativePath) -> Watch? {
        var next = root
        for name in path.components {
            guard let child = child(Array(name), of: next) else { return nil }
            next = child
        }
        return next
    }

    /// Says that the directory of `watch` has this name in the directory of `parent`, which must be known. Another watch that
    /// had the name is detached as of `now`.
    package mutating func place(_ watch: Watch, in parent: Watch, named name: [UInt8], now: UInt64) -> Placement {
        precondition(nodes[parent] != nil, "the directory above must be watched")
        if nodes[parent]?.children[name] == watch {
            nodes[watch]?.round = round
            return .same
        }
        guard !isAtOrAbove(watch, parent) else { return .impossible }
        detach(name, in: parent, now: now, isTold: false)
        let placement = formerPlace(of: watch, now: (parent, name))
        unlink(watch)
        nodes[watch, default: Node(parent: nil, name: [], round: round)].parent = parent
        nodes[watch]?.name = name
        nodes[watch]?.round = round
        nodes[parent]?.children[name] = watch
        return placement
    }

    private func isAtOrAbove(_ watch: Watch, _ other: Watch) -> Bool {
        var next: Watch? = other
        while let current = next {
            if current == watch { return true }
            next = nodes[current]?.parent
        }
        return false
    }

    private func formerPlace(of watch: Watch, now place: (parent: Watch, name: [UInt8])) -> Placement {
        guard let node = nodes[watch] else { return .new }
        guard let detached = detachedByWatch[watch] else {
            return .moved(from: node.parent.flatMap { path(of: node.name, in: $0) })
        }
        if (detached.parent, detached.name) == place { return .back }
        return .moved(from: path(of: detached.name, in: detached.parent))
    }

    private mutating func unlink(_ watch: Watch) {
        detachedByWatch[watch] = nil
        guard let node = nodes[watch], let parent = node.parent else { return }
        if nodes[parent]?.children[node.name] == watch { nodes[parent]?.children[node.name] = nil }
        nodes[watch]?.parent = nil
    }

    /// Says that a name has disappeared. Whatever was watched there is kept without a path. `isTold` is kept for the caller.
    package mutating func detach(_ name: [UInt8], in parent: Watch, now: UInt64, isTold: Bool) {
        guard let watch = nodes[parent]?.children[name] else { return }
        unlink(watch)
        detachedByWatch[watch] = Detached(watch: watch, parent: parent, name: name, since: now, isTold: isTold)
    }

    /// Forgets a watch and everything below it. Returns those watches, for inotify_rm_watch(2).
    package mutating func remove(_ watch: Watch) -> [Watch] {
        precondition(watch != root, "without its root a table has no paths")
        unlink(watch)
        var removed: [Watch] = []
        var remaining = [watch]
        while let next = remaining.popLast() {
            guard let node = nodes.removeValue(forKey: next) else { continue }
            detachedByWatch[next] = nil
            removed.append(next)
            remaining += node.children.values
        }
        return removed
    }

    /// Begins a walk through the whole tree, which places every directory again.
    package mutating func beginRound() {
        round += 1
        nodes[root]?.round = round
    }

    /// Ends it: forgets every watch that was not placed since. Returns those watches, for inotify_rm_watch(2).
    package mutating func endRound() -> [Watch] {
        let stale = nodes.filter { $0.value.round != round }.map(\.key)
        for watch in stale { unlink(watch) }
        for watch in stale { nodes[watch] = nil }
        return stale
    }
}
