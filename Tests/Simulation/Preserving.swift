// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What a thorough world mirrors beyond content, mode and modification time, and what of it its destination can't hold.
struct Preserving {
    /// What the client is asked for.
    private(set) var asked: Set<Preserve>
    /// What the destination's file system can't hold, or the server may not set.
    private(set) var refused: Set<Preserve> = []
    /// Whether the destination holds more after a restart, and less after another.
    private let changesRefused: Bool
    private let mayRefuse: Set<Preserve>

    /// nil for every other world. Those that failed once are among them, so that each is the same world as ever.
    init?(seed: UInt64) {
        guard seed % 8 >= 5 || seed % 5 == 3 else { return nil }
        var random = SplitMix(seed: seed &* 3)
        asked = Self.draw(&random)
        mayRefuse = Bool.random(using: &random) ? [] : Self.draw(&random)
        changesRefused = Bool.random(using: &random)
        refused = mayRefuse
    }

    private static func draw(_ random: inout SplitMix) -> Set<Preserve> {
        Set(Preserve.allCases.filter { _ in Int.random(in: 0..<3, using: &random) > 0 })
    }

    /// The settings of the client are read again.
    mutating func askAnew(_ random: inout SplitMix) {
        if Int.random(in: 0..<5, using: &random) == 0 { asked = Self.draw(&random) }
    }

    /// The server starts again, where it may have got rights, or lost them.
    mutating func restart(_ random: inout SplitMix) {
        if changesRefused { refused = Bool.random(using: &random) ? [] : mayRefuse }
    }

    /// What is to be the same on both sides.
    var held: Set<Preserve> { asked.subtracting(refused) }
}

extension World {
    /// Begins what only a thorough world has.
    func beginPreserving(_ seed: UInt64) {
        guard let preserving else { return }
        source.preserved = preserving.asked
        server.tree.refused = preserving.refused
        mirror = Mirror(
            source: source, record: record, options: Self.options(seed, growth, preserving: preserving.asked))
        editor.isThorough = true
        // A name that once could not be linked is tried again by a comparison alone.
        needsComparison = trouble.files
        server.tree.tamper { $0.makeOutside(Editor.names) }
        server.tree.syncAll()
        outside = server.tree.tree.outsideLines
        server.tree.meanwhile = { [unowned self] in tamperMeanwhile() }
    }

    /// Never beyond the share's root: nothing outside of it is ever changed, wherever the links lead that somebody planted.
    func checkOutside() {
        if server.tree.tree.outsideLines != outside { violate("something outside of the destination was changed") }
    }

    /// What of a node is to be the same on both sides, beside what every world mirrors. `names` are those that count.
    func preserved(_ node: SimulatedTree.Node, _ names: [RelativePath]) -> String {
        guard let held = preserving?.held else { return "" }
        var text = ""
        if held.contains(.owner) { text += " \(node.owner.user):\(node.owner.group)" }
        if held.contains(.xattrs), node.kind != .symbolicLink { text += " \(node.attributes.bytes)" }
        if held.contains(.hardLinks), node.kind == .file { text += " \(names)" }
        return text
    }

    /// Where what the destination can't hold is no problem that a person could see.
    func silentShortfalls() -> [String] {
        guard let preserving else { return [] }
        let refused = preserving.asked.intersection(preserving.refused)
        let told = Set(mirror.problemReports(.max, at: moment).map(\.path))
        return source.tree.all.compactMap { path, node in
            guard !source.isIgnored(path, isDirectory: node.kind == .directory),
                let there = server.tree.tree.node(at: path)
            else { return nil }
            let isOther =
                refused.contains(.owner) && there.owner != node.owner
                || refused.contains(.xattrs) && node.kind != .symbolicLink && there.attributes != node.attributes
            return isOther && !told.contains(path.description) ? "\(path) lacks something, and that is no problem" : nil
        }
    }
}
