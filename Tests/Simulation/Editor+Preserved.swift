// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What is done to a source that only an option mirrors.
extension Editor {
    /// Does one such thing.
    func editPreserved(_ path: RelativePath, _ fresh: RelativePath?, _ random: inout SplitMix) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: giveAway(path, &random)
        case 1: setAttribute(path, &random)
        default: if let fresh { addName(fresh, to: path) }
        }
    }

    private func giveAway(_ path: RelativePath, _ random: inout SplitMix) {
        let owner = Owner(
            user: UInt32.random(in: 0..<3, using: &random), group: UInt32.random(in: 0..<2, using: &random))
        change(path) { $0.owner = owner }
    }

    private func setAttribute(_ path: RelativePath, _ random: inout SplitMix) {
        let value = UInt8.random(in: 0..<3, using: &random)
        guard source.tree.node(at: path)?.kind != .symbolicLink else { return }
        change(path) { $0.attributes = .simulated(value) }
    }

    private func change(_ path: RelativePath, _ body: (inout SimulatedTree.Node) -> Void) {
        guard let inode = source.tree.inode(at: path), let directory = directory(of: path) else { return }
        source.tree.change(inode, body)
        watch.touched(directory, Array(path.name), .attributes)
    }

    /// As link(2): the event is that of the new name alone.
    private func addName(_ path: RelativePath, to existing: RelativePath) {
        guard isFree(path), let node = source.tree.node(at: existing), node.kind == .file,
            let directory = directory(of: path)
        else { return }
        source.tree.link(node.inode, at: path)
        watch.touched(directory, Array(path.name), .created)
    }
}

extension Attributes {
    /// One attribute with this value, or none for 0.
    static func simulated(_ value: UInt8) -> Attributes {
        guard value > 0 else { return none }
        let attribute = Attribute(name: Array("user.a".utf8), value: [value])
        guard let attributes = Attributes([attribute]) else { preconditionFailure("one is not too many") }
        return attributes
    }
}
