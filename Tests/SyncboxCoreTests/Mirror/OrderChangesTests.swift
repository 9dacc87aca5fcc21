// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

/// Random trees, random edits: the planned changes, applied in their order to what was there before, make what is there
/// now, and each finds what it builds on.
@Suite("The order of a batch") struct OrderChangesTests {
    @Test("Any edits of a tree are planned as changes that can be applied one after the other", arguments: 0..<40)
    func ordersAnything(block: UInt64) throws {
        for seed in (block * 50)..<(block * 50 + 50) {
            var chance = SplitMix(seed: seed)
            let before = randomTree(&chance)
            var after = before
            for _ in 0..<Int.random(in: 1...8, using: &chance) { edit(&after, &chance) }
            let result = try mirror(before, after, seed: seed)
            #expect(result.shown == after.shown, "seed \(seed)")
        }
    }

    @Test("A directory that moves takes everything along in one change")
    func movesWhole() throws {
        var before = ModelTree()
        before.nodes[try RelativePath("d")] = .init(inode: 1, isDirectory: true, content: 0)
        for index in 0..<100 {
            before.nodes[try RelativePath("d/\(index)")] = .init(
                inode: 10 + UInt64(index), isDirectory: false, content: index)
        }
        var after = before
        after.move(try RelativePath("d"), try RelativePath("e"))
        let (changes, _) = plan(before, after, withoutMove: [])
        #expect(changes.count == 1)
        #expect(try mirror(before, after, seed: 0).shown == after.shown)
    }

    @Test("Names that change places in a circle take one exchange fewer than there are names", arguments: 2...5)
    func circle(of count: Int) throws {
        var before = ModelTree()
        for index in 0..<count {
            let isDirectory = index.isMultiple(of: 2)
            before.nodes[try RelativePath("\(index)")] = .init(
                inode: UInt64(index + 1), isDirectory: isDirectory, content: index)
            guard isDirectory else { continue }
            before.nodes[try RelativePath("\(index)/in")] = .init(
                inode: UInt64(index + 100), isDirectory: false, content: index)
        }
        var after = before
        after.move(try RelativePath("0"), try RelativePath("aside"))
        for index in 1..<count { after.move(try RelativePath("\(index)"), try RelativePath("\(index - 1)")) }
        after.move(try RelativePath("aside"), try RelativePath("\(count - 1)"))
        let (ordered, surrendered) = orderChanges(plan(before, after, withoutMove: []).0)
        #expect(surrendered.isEmpty)
        #expect(ordered.count == count - 1)
        #expect(try mirror(before, after, seed: 0).shown == after.shown)
    }

    // MARK: - The engine's planning, with tables in place of the disk and the index

    /// Plans and applies until nothing is given up.
    private func mirror(_ before: ModelTree, _ after: ModelTree, seed: UInt64) throws -> ModelTree {
        var withoutMove: Set<RelativePath> = []
        while true {
            let (changes, contents) = plan(before, after, withoutMove: withoutMove)
            let (ordered, surrendered) = orderChanges(changes)
            if surrendered.isEmpty {
                var destination = before
                for change in ordered { try apply(change, to: &destination, contents, seed: seed) }
                return destination
            }
            let given = Set(surrendered.map(\.path))
            try #require(withoutMove.isDisjoint(with: given), "seed \(seed) gives up the same move twice")
            withoutMove.formUnion(given)
        }
    }

    private func plan(
        _ before: ModelTree, _ after: ModelTree, withoutMove: Set<RelativePath>
    ) -> ([Change], [RelativePath: Int]) {
        var moves = Moves()
        for (path, node) in after.nodes.sorted(by: { $0.key < $1.key }) where !withoutMove.contains(path) {
            if let origin = moves.origin(of: path), before.nodes[origin]?.inode == node.inode { continue }
            guard let known = before.nodes.first(where: { $0.value.inode == node.inode }), known.key != path,
                !path.isBelow(known.key), !known.key.isBelow(path), after.nodes[known.key]?.inode != node.inode
            else { continue }
            moves.append(Move(from: known.key, to: path, expected: confirmed(known.value)))
        }
        var changes = moves.all.map { Change.move($0.to, from: $0.from, expected: $0.expected.entry) }
        for path in Set(before.nodes.keys).union(after.nodes.keys).union(renamed(before, moves)) {
            let known = moves.origin(of: path).flatMap { before.nodes[$0] }.map(confirmed)
            let observation = after.nodes[path].map { Observation.present(observed($0)) } ?? .absent
            switch decide(path, observed: observation, confirmed: known) {
            case .send(let change): changes.append(change)
            case .readContent:
                guard let node = after.nodes[path], entry(node) != known?.entry else { break }
                changes.append(.put(path, entry(node), .inline([])))
            case .nothing, .refresh: break
            }
        }
        return (changes, after.nodes.mapValues(\.content))
    }

    /// Where things of before are looked for once the directories above them have moved: the watch tells these paths.
    private func renamed(_ before: ModelTree, _ moves: Moves) -> Set<RelativePath> {
        var all = Set(before.nodes.keys)
        for _ in 0..<3 {
            for move in moves.all { all.formUnion(all.compactMap { $0.moved(from: move.from, to: move.to) }) }
        }
        return all.filter { $0.depth < 12 }
    }

    private func apply(
        _ change: Change, to tree: inout ModelTree, _ contents: [RelativePath: Int], seed: UInt64
    ) throws {
        let path = change.path
        switch change {
        case .move(_, let from, _):
            try #require(tree.nodes[from] != nil, "seed \(seed): nothing to move at \(from)")
            try #require(tree.hasPlace(for: path), "seed \(seed): no place for \(path)")
            tree.move(from, path)
        case .exchange(_, let other, _, _):
            try #require(
                tree.nodes[path] != nil && tree.nodes[other] != nil, "seed \(seed): \(path) or \(other) is missing")
            try #require(!path.isBelow(other) && !other.isBelow(path), "seed \(seed): \(path) and \(other) are nested")
            swap(path, other, &tree)
        case .remove: tree.remove(path)
        case .put:
            try #require(tree.hasPlace(for: path), "seed \(seed): no place for \(path)")
            tree.remove(path)
            tree.nodes[path] = .init(inode: 0, isDirectory: false, content: contents[path] ?? -1)
        case .makeDirectory:
            try #require(tree.hasPlace(for: path), "seed \(seed): no place for \(path)")
            if tree.nodes[path]?.isDirectory != true { tree.remove(path) }
            tree.nodes[path] = .init(inode: 0, isDirectory: true, content: 0)
        case .link, .hardLink, .setMetadata: break
        }
    }

    private func entry(_ node: ModelTree.Node) -> Entry {
        node.isDirectory
            ? .directory(mode: 0o755, modified: Timestamp(seconds: 0))
            : .file(
                size: UInt64(node.content), digest: Digest(Array(repeating: UInt8(node.content & 255), count: 32)),
                mode: 0o644, modified: Timestamp(seconds: 0))
    }

    private func observed(_ node: ModelTree.Node) -> Observed {
        Observed(
            entry: entry(node), identity: Identity(inode: node.inode, born: Timestamp(seconds: 1)),
            changed: Timestamp(seconds: 0))
    }

    private func confirmed(_ node: ModelTree.Node) -> Confirmed {
        let observed = observed(node)
        return Confirmed(entry: observed.entry, identity: observed.identity, changed: observed.changed)
    }

    // MARK: - Random trees and edits

    private let names = ["a", "b", "c", "d"]

    private func randomTree(_ chance: inout SplitMix) -> ModelTree {
        var tree = ModelTree()
        for _ in 0..<12 { create(&tree, &chance) }
        return tree
    }

    private func randomPath(_ tree: ModelTree, _ chance: inout SplitMix) -> RelativePath? {
        let directories = [RelativePath.root] + tree.nodes.filter { $0.value.isDirectory }.keys.sorted()
        return try? directories.randomElement(using: &chance)?.appending(
            (names.randomElement(using: &chance) ?? "a").utf8)
    }

    private func create(_ tree: inout ModelTree, _ chance: inout SplitMix) {
        guard let path = randomPath(tree, &chance), path.depth < 5 else { return }
        tree.remove(path)
        tree.nodes[path] = .init(
            inode: UInt64.random(in: 1..<(1 << 60), using: &chance), isDirectory: Bool.random(using: &chance),
            content: Int.random(in: 0..<250, using: &chance))
    }

    private func edit(_ tree: inout ModelTree, _ chance: inout SplitMix) {
        let known = tree.nodes.keys.sorted().randomElement(using: &chance)
        switch (Int.random(in: 0..<10, using: &chance), known, randomPath(tree, &chance)) {
        case (0..<2, _, _): create(&tree, &chance)
        case (2, let path?, _): tree.remove(path)
        case (3, let path?, _) where tree.nodes[path]?.isDirectory == false:
            tree.nodes[path]?.content = Int.random(in: 0..<250, using: &chance)
        case (4, let path?, let other?) where tree.nodes[other] != nil && !other.isBelow(path) && !path.isBelow(other):
            swap(path, other, &tree)
        case (_, let path?, let target?) where path != target && !target.isBelow(path) && !path.isBelow(target):
            tree.move(path, target)
        default: break
        }
    }

    private func swap(_ left: RelativePath, _ right: RelativePath, _ tree: inout ModelTree) {
        guard let aside = try? RelativePath("aside"), left != right else { return }
        tree.move(left, aside)
        tree.move(right, left)
        tree.move(aside, right)
    }
}
