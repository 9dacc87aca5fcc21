// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// The client's record in memory: rows of parent and name, as the index has them, and what they were after each transaction.
final class SimulatedRecord: ConfirmedRecord {
    /// What a transaction leaves behind.
    private struct Content {
        struct Row {
            var parent: Int
            var name: [UInt8]
            var confirmed: Confirmed
            var generation: Int
        }

        var rows: [Int: Row] = [:]
        var last = 1
        var state: ShareState?
        var generation = 0
    }

    private var content = Content()
    /// Whether deletions are held back.
    private(set) var isHolding = false
    /// The contents after the last transactions, the oldest first.
    private var history: [Content] = []
    private static let root = 1

    private func write(_ body: () -> Void) {
        history.append(content)
        if history.count > 6 { history.removeFirst() }
        body()
    }

    /// A power loss takes the last transactions.
    func loseLast(_ count: Int) {
        for _ in 0..<count { if let earlier = history.popLast() { content = earlier } }
    }

    /// Everything is lost.
    func loseAll() {
        content = Content()
        history = []
    }

    /// Every path with what is confirmed there.
    var all: [RelativePath: Confirmed] {
        var found: [RelativePath: Confirmed] = [:]
        for id in content.rows.keys {
            if let path = path(of: id), !path.isRoot { found[path] = content.rows[id]?.confirmed }
        }
        return found
    }

    private func id(at path: RelativePath) -> Int? {
        // The root is known before anything is recorded of it.
        var id: Int? = Self.root
        for name in path.components {
            guard let parent = id else { return nil }
            id = content.rows.first { $0.value.parent == parent && $0.value.name.elementsEqual(name) }?.key
        }
        return id
    }

    private func path(of id: Int) -> RelativePath? {
        var names: [[UInt8]] = []
        var next = id
        while next != Self.root {
            guard let row = content.rows[next] else { return nil }
            names.append(row.name)
            next = row.parent
        }
        return try? RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
    }

    var state: ShareState? { content.state }

    func confirmed(at paths: some Sequence<RelativePath>) -> [RelativePath: Confirmed] {
        var found: [RelativePath: Confirmed] = [:]
        for path in paths { found[path] = id(at: path).flatMap { content.rows[$0]?.confirmed } }
        return found
    }

    func children(of directory: RelativePath) -> [[UInt8]: Confirmed] {
        guard let id = id(at: directory) else { return [:] }
        var found: [[UInt8]: Confirmed] = [:]
        for row in content.rows.values where row.parent == id { found[row.name] = row.confirmed }
        return found
    }

    func location(of identity: Identity) -> (path: RelativePath, confirmed: Confirmed)? {
        let ids = content.rows.filter { $0.value.confirmed.identity == identity }.keys.sorted()
        guard let id = ids.first, let row = content.rows[id] else { return nil }
        return path(of: id).map { ($0, row.confirmed) }
    }

    func locations(of identity: Identity) -> [(path: RelativePath, confirmed: Confirmed)] {
        content.rows.filter { $0.value.confirmed.identity == identity }.sorted { $0.key < $1.key }.compactMap {
            id, row in
            path(of: id).map { ($0, row.confirmed) }
        }
    }

    func confirm(_ confirmations: [Confirmation], state: ShareState?) {
        write {
            for confirmation in confirmations {
                switch confirmation {
                case .set(let path, let confirmed): set(path, confirmed, content.generation)
                case .move(let from, let to): move(from, to)
                case .exchange(let path, let other): exchange(path, other)
                case .remove(let path): remove(path)
                }
            }
            if let state { content.state = state }
        }
    }

    private func set(_ path: RelativePath, _ confirmed: Confirmed, _ generation: Int) {
        var parent = 0
        if let above = path.parent {
            let known = id(at: above)
            guard let known, above.isRoot || content.rows[known]?.confirmed.entry.kind == .directory else { return }
            parent = known
        }
        let known = id(at: path)
        if let known, content.rows[known]?.confirmed.entry.kind == .directory, confirmed.entry.kind != .directory {
            remove(path)
        }
        let id = self.id(at: path) ?? (path.isRoot ? Self.root : content.last + 1)
        content.last = max(content.last, id)
        content.rows[id] = .init(parent: parent, name: Array(path.name), confirmed: confirmed, generation: generation)
    }

    private func move(_ from: RelativePath, _ to: RelativePath) {
        guard let id = id(at: from) else { return }
        remove(to)
        guard let parent = to.parent.flatMap({ self.id(at: $0) }) else { return remove(from) }
        content.rows[id]?.parent = parent
        content.rows[id]?.name = Array(to.name)
    }

    private func exchange(_ path: RelativePath, _ other: RelativePath) {
        guard let id = id(at: path), let otherID = self.id(at: other), let row = content.rows[id],
            let otherRow = content.rows[otherID]
        else { return }
        content.rows[id]?.parent = otherRow.parent
        content.rows[id]?.name = otherRow.name
        content.rows[otherID]?.parent = row.parent
        content.rows[otherID]?.name = row.name
    }

    private func remove(_ path: RelativePath) {
        guard let id = id(at: path) else { return }
        remove(id)
    }

    private func remove(_ id: Int) {
        content.rows[id] = nil
        for child in content.rows.filter({ $0.value.parent == id }).keys { remove(child) }
    }

    func forgetContents() {
        write {
            for id in content.rows.keys {
                content.rows[id]?.confirmed.entry.digest = nil
                content.rows[id]?.confirmed.identity = nil
                content.rows[id]?.confirmed.changed = nil
            }
        }
    }

    func setHolding(_ isHolding: Bool) { self.isHolding = isHolding }

    func forgetState() { write { content.state = nil } }

    func beginAligning() {
        write {
            content.generation += 1
            content.state = nil
        }
    }

    func align(_ items: [ManifestPage.Item]) {
        write {
            for item in items {
                let known = confirmed(at: [item.path])[item.path]
                let isKnown = known?.entry == item.entry
                let confirmed = Confirmed(
                    entry: item.entry, identity: isKnown ? known?.identity : nil,
                    changed: isKnown ? known?.changed : nil, isJoined: isKnown && known?.isJoined ?? false)
                set(item.path, confirmed, content.generation)
            }
        }
    }

    func finishAligning(_ state: ShareState) {
        write {
            content.rows = content.rows.filter { $0.value.parent == 0 || $0.value.generation == content.generation }
            content.state = state
        }
    }
}
