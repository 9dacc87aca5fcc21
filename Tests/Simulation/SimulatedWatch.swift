// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// The watch on a simulated source: what happens in watched directories waits in a queue, and is told later, by the paths
/// that directories have then. Directories are placed, moved and given up as `WatchedTree` does it.
final class SimulatedWatch {
    /// What the kernel queued: something happened to a name in a directory.
    private enum Event {
        case touched(UInt64, [UInt8], WatchEvent.Touch)
        case appeared(UInt64, [UInt8])
        case vanished(UInt64, [UInt8], isDeletion: Bool)
    }

    /// Something to be told by watch and name.
    private enum Piece {
        case touched(UInt64, [UInt8], WatchEvent.Touch)
        case gone(UInt64, [UInt8])
        case new(UInt64)
    }

    private let source: SimulatedSource
    /// Where the watched directories are, as far as the events tell.
    private var places: [UInt64: (parent: UInt64, name: [UInt8])] = [:]
    private var detached: [UInt64: (parent: UInt64, name: [UInt8])] = [:]
    private var watched: Set<UInt64> = [SimulatedTree.root]
    /// When the watched directories were born: a watch belongs to a directory, not to its inode's number.
    private var births: [UInt64: Timestamp] = [:]
    private var unlisted: Set<UInt64> = []
    private var queue: [Event] = []
    private var told: [WatchEvent] = []
    private var pieces: [Piece] = []
    private var isStarted = false
    private var hasOverflowed = false

    /// The most events that wait before the kernel drops further ones.
    var longestQueue = Int.max

    init(source: SimulatedSource) {
        self.source = source
    }

    var isEmpty: Bool { queue.isEmpty && isStarted && !hasOverflowed && detached.isEmpty && unlisted.isEmpty }

    func touched(_ directory: UInt64, _ name: [UInt8], _ touch: WatchEvent.Touch) {
        add(.touched(directory, name, touch), in: directory)
    }
    func appeared(_ directory: UInt64, _ name: [UInt8]) { add(.appeared(directory, name), in: directory) }
    func vanished(_ directory: UInt64, _ name: [UInt8], isDeletion: Bool) {
        add(.vanished(directory, name, isDeletion: isDeletion), in: directory)
    }

    private func add(_ event: Event, in directory: UInt64) {
        trace("kernel: \(event)\(watched.contains(directory) ? "" : ", not watched")")
        // What is not mounted can't be seen changing.
        guard watched.contains(directory), isStarted, !source.isMountPointOpen else { return }
        if queue.count < longestQueue { queue.append(event) } else { hasOverflowed = true }
    }

    /// The next `count` events, and what follows from them. `mixed` doubles some, and tells touches in another order.
    func take(_ count: Int, mixed random: inout SplitMix) -> [WatchEvent] {
        if !isStarted {
            isStarted = true
            pieces.append(.new(SimulatedTree.root))
            cover(SimulatedTree.root)
        }
        let events = Array(queue.prefix(count))
        queue.removeFirst(events.count)
        for event in events {
            take(event)
            if Int.random(in: 0..<20, using: &random) == 0 { take(event) }
        }
        if hasOverflowed, queue.isEmpty { walkAnew() }
        if queue.isEmpty { settle() }
        return tell(&random)
    }

    private func take(_ event: Event) {
        switch event {
        case .touched(let directory, let name, let touch): pieces.append(.touched(directory, name, touch))
        case .appeared(let directory, let name): appear(name, in: directory)
        case .vanished(let directory, let name, let isDeletion):
            let child = places.first { $0.value == (directory, name) }?.key
            pieces.append(.touched(directory, [], .attributes))
            if isDeletion || child == nil { pieces.append(.gone(directory, name)) }
            if let child { detached[child] = places.removeValue(forKey: child) }
        }
    }

    private func path(of directory: UInt64) -> RelativePath? {
        var names: [[UInt8]] = []
        var next = directory
        while next != SimulatedTree.root {
            guard let place = places[next], names.count < 50 else { return nil }
            names.append(place.name)
            next = place.parent
        }
        return try? RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
    }

    /// The watched directory, where its path leads to it at the moment.
    private func opened(_ directory: UInt64) -> (RelativePath, SimulatedTree.Node)? {
        guard watched.contains(directory) else { return nil }
        guard let path = path(of: directory), let node = source.tree.node(at: path), node.inode == directory else {
            unlisted.insert(directory)
            return nil
        }
        return (path, node)
    }

    private func appear(_ name: [UInt8], in parent: UInt64) {
        guard let (parentPath, node) = opened(parent), let child = node.children[name],
            source.tree[child]?.kind == .directory, let path = try? parentPath.appending(name)
        else { return }
        pieces.append(.touched(parent, [], .attributes))
        if source.isIgnored(path, isDirectory: true) { return }
        if place(child, at: path, in: parent, named: name) {
            pieces.append(.new(child))
            cover(child)
        }
    }

    /// Whether the directory was not watched before.
    private func place(_ child: UInt64, at path: RelativePath, in parent: UInt64, named name: [UInt8]) -> Bool {
        forgetFormer(child)
        if let there = places[child], there == (parent, name) { return false }
        if let other = places.first(where: { $0.value == (parent, name) })?.key {
            detached[other] = places.removeValue(forKey: other)
        }
        let isNew = watched.insert(child).inserted
        let former = places[child] ?? detached[child]
        let old = former.flatMap { place in self.path(of: place.parent).flatMap { try? $0.appending(place.name) } }
        let isSame = detached[child].map { $0 == (parent, name) } ?? false
        detached[child] = nil
        places[child] = (parent, name)
        if isNew { return true }
        if isSame {
            told.append(.directoryMoved(from: path, to: path))
            return false
        }
        if let old { told.append(.directoryMoved(from: old, to: path)) }
        return old == nil
    }

    /// Where another directory had the inode's number before, nothing of it is left to be watched.
    private func forgetFormer(_ child: UInt64) {
        let born = source.tree[child]?.born
        if watched.contains(child), births[child] != born {
            if let place = detached.removeValue(forKey: child) ?? places[child] {
                pieces.append(.gone(place.parent, place.name))
            }
            forget(child)
        }
        births[child] = born
    }

    private func cover(_ top: UInt64) {
        var remaining = [top]
        while let directory = remaining.popLast() {
            guard let (path, node) = opened(directory), !source.closed.contains(directory) else { continue }
            for name in node.names {
                guard let child = node.children[name], source.tree[child]?.kind == .directory,
                    let below = try? path.appending(name), !source.isIgnored(below, isDirectory: true)
                else { continue }
                if place(child, at: below, in: directory, named: name) { remaining.append(child) }
            }
        }
    }

    private func settle() {
        let again = unlisted
        unlisted = []
        for directory in again.sorted() {
            cover(directory)
            if !unlisted.contains(directory) { pieces.append(.new(directory)) }
        }
        for (child, place) in detached.sorted(by: { $0.key < $1.key }) {
            appear(place.name, in: place.parent)
            guard detached[child] != nil else { continue }
            detached[child] = nil
            if let path = path(of: place.parent).flatMap({ try? $0.appending(place.name) }) {
                told.append(.directoryGone(path))
            }
            forget(child)
        }
        // Nothing more comes of a directory that is no longer there.
        unlisted = unlisted.filter { source.tree[$0] != nil && watched.contains($0) }
    }

    private func forget(_ directory: UInt64) {
        watched.remove(directory)
        places[directory] = nil
        for child in places.filter({ $0.value.parent == directory }).map(\.key).sorted() { forget(child) }
    }

    private func walkAnew() {
        hasOverflowed = false
        told = [.lostTrack]
        pieces = []
        unlisted = []
        detached = [:]
        places = [:]
        watched = [SimulatedTree.root]
        cover(SimulatedTree.root)
        pieces = []
        told = [.lostTrack]
    }

    private func tell(_ random: inout SplitMix) -> [WatchEvent] {
        var touches: [WatchEvent] = []
        var held: [Piece] = []
        for piece in pieces {
            switch piece {
            case .touched(let directory, let name, let touch):
                if let path = path(of: directory).flatMap({ name.isEmpty ? $0 : try? $0.appending(name) }) {
                    touches.append(.touched(path, touch))
                } else if watched.contains(directory), !detached.isEmpty {
                    held.append(piece)
                }
            case .gone(let directory, let name):
                if let path = path(of: directory).flatMap({ try? $0.appending(name) }) {
                    touches.append(.directoryGone(path))
                }
            case .new(let directory): if let path = path(of: directory) { touches.append(.newDirectory(path)) }
            }
        }
        defer { (told, pieces) = ([], held) }
        if Bool.random(using: &random) { touches.shuffle(using: &random) }
        return told + touches
    }
}
