// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What somebody else does at the destination.
extension World {
    /// Edits, removes or replaces what is there; in a thorough world also changes its owner or attributes, lets a name be a file of
    /// its own, or plants a symbolic link that leads out.
    func tamper() {
        guard let (path, node) = server.tree.tree.all.randomElement(using: &random), path != Self.stranger else {
            return
        }
        isTampered = true
        needsComparison = true
        hasStrangers = true
        let kind = Int.random(in: 0..<(preserving == nil ? 4 : 8), using: &random)
        let value = preserving == nil ? 0 : UInt8.random(in: 0..<3, using: &random)
        trace("tampered \(kind) \(path)")
        server.tree.tamper { tree in
            // What is done within the same tick of the kernel's clock no look can notice, only an audit of contents.
            tree.now.nanoseconds += 1
            switch kind {
            case 0 where node.kind == .file:
                let now = tree.now
                tree.change(node.inode) {
                    $0.content = [252]
                    $0.modified = now
                }
            case 1:
                tree.remove(path)
                tree.link(tree.make(.symbolicLink), at: path)
            case 2:
                tree.remove(path)
                tree.link(tree.make(.directory), at: path)
            case 4: tree.plant(at: path)
            case 5: tree.change(node.inode) { $0.owner = Owner(user: UInt32(value), group: 9) }
            case 6 where node.kind != .symbolicLink: tree.change(node.inode) { $0.attributes = .simulated(value) }
            case 7 where node.kind == .file: tree.part(path, node)
            default: tree.remove(path)
            }
        }
    }

    /// Between two calls of the server somebody puts a symbolic link that leads out in the place of a directory.
    func tamperMeanwhile() {
        guard trouble.tampering, chance(200) else { return }
        let directories = server.tree.tree.all.filter { $0.node.kind == .directory }
        guard let (path, _) = directories.randomElement(using: &random) else { return }
        trace("planted meanwhile: \(path)")
        isTampered = true
        needsComparison = true
        hasStrangers = true
        server.tree.tamper { $0.plant(at: path) }
    }
}

extension SimulatedTree {
    /// Puts a symbolic link that leads out of the tree in the place of what is at `path`.
    fileprivate mutating func plant(at path: RelativePath) {
        remove(path)
        let inode = make(.symbolicLink)
        change(inode) { $0.target = Self.outsideTarget }
        link(inode, at: path)
    }

    /// Lets one name of a file have a copy of it for itself, which looks the same.
    fileprivate mutating func part(_ path: RelativePath, _ node: Node) {
        let inode = make(.file, mode: node.mode)
        change(inode) {
            $0.content = node.content
            $0.isLarge = node.isLarge
            $0.modified = node.modified
            $0.isSynced = node.isSynced
            $0.owner = node.owner
            $0.attributes = node.attributes
        }
        link(inode, at: path)
    }
}
