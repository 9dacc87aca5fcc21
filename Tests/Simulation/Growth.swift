// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What makes large files grow while they are read, so often that they hardly ever rest. There attempts are few, too.
struct Growth {
    /// After how many attempts a path is tried rarely.
    static let attempts = 2

    private var random: SplitMix

    /// nil for most worlds. None that failed once is among them, so that each is the same world as ever.
    init?(seed: UInt64) {
        guard [8, 13].contains(seed % 16) else { return nil }
        random = SplitMix(seed: seed &* 5)
    }

    /// What happens to a file during a reading: most often it is appended to, and sometimes changed where it was, too.
    mutating func next() -> (byte: UInt8, changesBeginning: Bool)? {
        guard Int.random(in: 0..<5, using: &random) > 0 else { return nil }
        return (UInt8.random(in: 1...200, using: &random), Int.random(in: 0..<6, using: &random) == 0)
    }
}

extension World {
    /// Lets the file grow that is being read.
    func growMeanwhile(_ node: SimulatedTree.Node) {
        guard !isResting, let next = growth?.next(), let path = path(of: node),
            let directory = editor.directory(of: path)
        else { return }
        let now = source.tree.now
        source.tree.change(node.inode) {
            if next.changesBeginning, !$0.content.isEmpty { $0.content[0] ^= 1 }
            $0.content.append(next.byte)
            $0.modified = now
        }
        noteVersions()
        watch.touched(directory, Array(path.name), .modified)
    }

    private func path(of node: SimulatedTree.Node) -> RelativePath? {
        source.tree.all.first { $0.node.inode == node.inode && $0.node.born == node.born }?.path
    }

    /// Whether the file at `path`, of which the whole is `node`, may be read though it grows.
    func mayGrow(_ node: SimulatedTree.Node, at path: RelativePath) -> Bool { node.links == 1 && mirror.mayGrow(path) }

    /// Whether what was read of the file is a version of it: it is the same by now, or what it had then where it may grow.
    func isStable(_ node: SimulatedTree.Node, at path: RelativePath) -> Bool {
        guard let after = source.tree[node.inode] else { return false }
        let (then, now) = (node.observed(preserving: source.preserved), after.observed(preserving: source.preserved))
        if then == now, after.content == node.content { return true }
        return mayGrow(node, at: path) && then.hasGrown(into: now) && after.content.starts(with: node.content)
    }
}
