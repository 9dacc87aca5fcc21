// SPDX-License-Identifier: Apache-2.0

/// Puts the changes of one batch into an order in which each can be applied.
///
/// Without moves: removals first (only the topmost of each tree: a removal takes all below it), then everything else in
/// the order of paths, so that a directory is there before what is in it. Moves speak of the tree before the batch, so:
///
/// 1. what is made or removed at a path comes after what makes a directory above it, and what is made after a removal
///    there or above;
/// 2. a move comes before whatever replaces or removes the place that it leaves, or a directory above that;
/// 3. of two moves, one of which leaves a place below the other's, the deeper goes first, unless it goes to a place
///    below where the other one goes: then it comes second, and leaves from the new name.
///
/// Where moves form a circle (two names swapped, three that went round) they become exchanges. Where no order exists even so,
/// one move is given up and answered in `surrendered`: what is there is then sent as if it were new.
package func orderChanges(_ changes: [Change]) -> (ordered: [Change], surrendered: [Change]) {
    let changes = withoutCoveredRemovals(changes)
    guard changes.contains(where: \.isMove) else { return (changes.sorted(by: removalsFirst), []) }
    var graph = ChangeGraph(changes)
    var ordered: [Change] = []
    var surrendered: [Change] = []
    while true {
        if let next = graph.takeReady() {
            ordered.append(next)
        } else if let exchanges = graph.exchangeCircle() {
            ordered += exchanges
        } else if let next = graph.surrenderMove(into: &surrendered) {
            ordered.append(next)
        } else {
            return (ordered, surrendered)
        }
    }
}

private func removalsFirst(_ left: Change, _ right: Change) -> Bool {
    if left.isRemoval != right.isRemoval { return left.isRemoval }
    return left.path < right.path
}

private func withoutCoveredRemovals(_ changes: [Change]) -> [Change] {
    let removed = Set(changes.filter(\.isRemoval).map(\.path))
    guard !removed.isEmpty else { return changes }
    return changes.filter { change in
        !change.isRemoval || !change.path.ancestors.contains(where: removed.contains)
    }
}

extension Change {
    fileprivate var isRemoval: Bool { if case .remove = self { true } else { false } }
    fileprivate var isMove: Bool { source != nil }

    /// Where a move comes from.
    fileprivate var source: RelativePath? { if case .move(_, let from, _) = self { from } else { nil } }

    /// Whether it changes what is at its path, rather than how that looks.
    fileprivate var isCreation: Bool {
        switch self {
        case .put, .makeDirectory, .link, .hardLink, .move, .exchange: true
        case .remove, .setMetadata: false
        }
    }
}

/// The changes of a batch, and which of them must come before which.
private struct ChangeGraph {
    private var changes: [Change?]
    private var before: [[Int]]
    private var blockers: [Int]
    private var ready: [Int] = []

    init(_ unordered: [Change]) {
        let sorted = unordered.sorted(by: removalsFirst)
        changes = sorted
        before = Array(repeating: [], count: sorted.count)
        blockers = Array(repeating: 0, count: sorted.count)
        connect(sorted)
        ready = sorted.indices.filter { blockers[$0] == 0 }.reversed()
    }

    /// Takes a change that nothing must precede, the first in the order of paths.
    mutating func takeReady() -> Change? {
        while let index = ready.popLast() {
            guard let change = changes[index] else { continue }
            release(index)
            return change
        }
        return nil
    }

    /// Gives up a move of a circle, so that others become ready, and takes the next one; nil when nothing is left.
    mutating func surrenderMove(into surrendered: inout [Change]) -> Change? {
        guard let index = changes.indices.last(where: { changes[$0]?.isMove ?? false }), let move = changes[index]
        else {
            precondition(changes.allSatisfy { $0 == nil }, "only moves can form a circle")
            return nil
        }
        surrendered.append(move)
        release(index)
        return takeReady() ?? surrenderMove(into: &surrendered)
    }

    /// Takes a circle of moves that nothing else must precede, each to where the next one leaves, as exchanges; nil where
    /// there is none.
    ///
    ///     p1 ─► p2 ─► p3 ─► p1     exchange p1 and p2: what was at p1 is in its place; exchange p1 and p3: so is the rest
    mutating func exchangeCircle() -> [Change]? {
        let moves = changes.indices.filter { changes[$0]?.isMove ?? false }
        let bySource = Dictionary(moves.compactMap { index in changes[index]?.source.map { ($0, index) } }) { $1 }
        for first in moves {
            guard let circle = circle(from: first, bySource), isFree(circle) else { continue }
            let exchanges = exchanges(for: circle)
            for index in circle { release(index) }
            return exchanges
        }
        return nil
    }

    private func circle(from first: Int, _ bySource: [RelativePath: Int]) -> [Int]? {
        var circle = [first]
        while let last = circle.last, let target = changes[last]?.path, let next = bySource[target] {
            if next == first { return circle.count > 1 ? circle : nil }
            if circle.contains(next) { return nil }
            circle.append(next)
        }
        return nil
    }

    /// Whether the moves of a circle wait for each other alone, and no place of them lies below another.
    private func isFree(_ circle: [Int]) -> Bool {
        let members = Set(circle)
        let paths = circle.compactMap { changes[$0]?.path }
        guard paths.allSatisfy({ path in !path.ancestors.contains(where: paths.contains) }) else { return false }
        return circle.allSatisfy { index in
            blockers[index] == members.reduce(0) { $0 + before[$1].count { $0 == index } }
        }
    }

    private func exchanges(for circle: [Int]) -> [Change] {
        let moves = circle.compactMap { changes[$0] }
        return zip(moves, moves.dropFirst()).compactMap { move, next in
            guard case .move(let path, _, let expected) = move, case .move(_, _, let other) = next,
                let first = moves.first?.source
            else { return nil }
            return .exchange(first, with: path, expected: expected, other: other)
        }
    }

    private mutating func release(_ index: Int) {
        changes[index] = nil
        for next in before[index] {
            blockers[next] -= 1
            if blockers[next] == 0 { ready.append(next) }
        }
    }

    private mutating func connect(_ sorted: [Change]) {
        var created: [RelativePath: [Int]] = [:]
        var removed: [RelativePath: Int] = [:]
        var left: [RelativePath: Int] = [:]
        for (index, change) in sorted.enumerated() {
            if change.isRemoval {
                removed[change.path] = index
            } else {
                created[change.path, default: []].append(index)
            }
            if let source = change.source { left[source] = index }
        }
        for (index, change) in sorted.enumerated() {
            connectTarget(index, change, sorted, created, removed)
            if let source = change.source { connectSource(index, change.path, source, sorted, created, removed, left) }
        }
    }

    /// Rule 1, and that a file which was moved and edited is moved first.
    private mutating func connectTarget(
        _ index: Int, _ change: Change, _ sorted: [Change], _ created: [RelativePath: [Int]],
        _ removed: [RelativePath: Int]
    ) {
        for above in change.path.ancestors {
            for creator in created[above] ?? [] where sorted[creator].isCreation { add(creator, before: index) }
        }
        guard !change.isRemoval else { return }
        for above in change.path.ancestors {
            if let removal = removed[above] { add(removal, before: index) }
        }
        if let removal = removed[change.path] { add(removal, before: index) }
        guard !change.isMove else { return }
        for other in created[change.path] ?? [] where sorted[other].isMove { add(other, before: index) }
    }

    /// Rules 2 and 3.
    private mutating func connectSource(
        _ index: Int, _ target: RelativePath, _ source: RelativePath, _ sorted: [Change],
        _ created: [RelativePath: [Int]], _ removed: [RelativePath: Int], _ left: [RelativePath: Int]
    ) {
        for place in source.ancestors + [source] {
            if place != source, let outer = left[place], outer != index {
                if target.isBelow(sorted[outer].path) {
                    renameSource(of: index, from: place, to: sorted[outer].path)
                    add(outer, before: index)
                    connectRenamed(index, below: sorted[outer].path, sorted, created)
                    continue
                }
                add(index, before: outer)
            }
            for creator in created[place] ?? [] where creator != index && sorted[creator].isCreation {
                add(index, before: creator)
            }
            if let removal = removed[place] { add(index, before: removal) }
        }
    }

    /// Rule 2 for a move that leaves from a new name: before whatever is made there, or between there and `outer`.
    private mutating func connectRenamed(
        _ index: Int, below outer: RelativePath, _ sorted: [Change], _ created: [RelativePath: [Int]]
    ) {
        guard let source = changes[index]?.source else { return }
        for place in source.ancestors + [source] where place.isBelow(outer) {
            for creator in created[place] ?? [] where creator != index && sorted[creator].isCreation {
                add(index, before: creator)
            }
        }
    }

    private mutating func renameSource(of index: Int, from old: RelativePath, to new: RelativePath) {
        guard case .move(let path, let from, let expected) = changes[index],
            let renamed = from.moved(from: old, to: new)
        else { return }
        changes[index] = .move(path, from: renamed, expected: expected)
    }

    private mutating func add(_ first: Int, before second: Int) {
        guard first != second else { return }
        before[first].append(second)
        blockers[second] += 1
    }
}
