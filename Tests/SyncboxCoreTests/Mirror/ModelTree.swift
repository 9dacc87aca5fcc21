// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A tree as a table of paths, for tests: what is where, and which thing it is.
struct ModelTree: Equatable {
    /// What is at a path.
    struct Node: Equatable {
        /// Which thing it is, whatever its name; the source's alone.
        var inode: UInt64
        var isDirectory: Bool
        /// A file's content.
        var content: Int
    }

    var nodes: [RelativePath: Node] = [:]

    /// Removes `path` and everything below it.
    mutating func remove(_ path: RelativePath) {
        nodes = nodes.filter { $0.key != path && !$0.key.isBelow(path) }
    }

    /// Moves `from`, with everything below it, to `to`, replacing what is there.
    mutating func move(_ from: RelativePath, _ to: RelativePath) {
        remove(to)
        for (path, node) in nodes where path == from || path.isBelow(from) {
            nodes[path] = nil
            if let path = path.moved(from: from, to: to) { nodes[path] = node }
        }
    }

    /// Whether something can be put at `path`: its parent is a directory.
    func hasPlace(for path: RelativePath) -> Bool {
        guard let parent = path.parent else { return false }
        return parent.isRoot || nodes[parent]?.isDirectory == true
    }

    /// The same tree without the identities: what a destination shows.
    var shown: [RelativePath: Int?] {
        nodes.mapValues { $0.isDirectory ? nil : $0.content }
    }
}
