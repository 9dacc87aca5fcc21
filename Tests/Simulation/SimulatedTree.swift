// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A file system in memory, as a value: a copy is what it was at an instant.
///
/// Timestamps come in steps of 4 ms, as the kernel's do: two changes can hide behind one.
struct SimulatedTree {
    /// An inode.
    struct Node {
        let inode: UInt64
        let born: Timestamp
        var kind: Entry.Kind
        var mode: UInt16
        var modified: Timestamp
        var changed: Timestamp
        /// A file's content; of a large one what it begins with.
        var content: [UInt8] = []
        /// Whether the file is too large for a batch: the rest of it is not kept, only counted.
        var isLarge = false
        var target: [UInt8] = []
        var children: [[UInt8]: UInt64] = [:]
        /// Whether the content outlives a power loss.
        var isSynced = false
        var owner = Owner(user: 0, group: 0)
        var attributes = Attributes.none
        /// How many names it has, private ones included.
        var links = 0

        /// The names in order.
        var names: [[UInt8]] { children.keys.sorted { $0.lexicographicallyPrecedes($1) } }

        /// All that tells whether anything was done to it.
        var line: String {
            "\(observed(preserving: Set(Preserve.allCases))) \(names) \(content)"
        }

        var size: UInt64 { UInt64(content.count) + (isLarge ? UInt64(WireLimits.inlineContent) + 1 : 0) }

        var entry: Entry {
            switch kind {
            case .file: .file(size: size, digest: nil, mode: mode, modified: modified)
            case .directory: .directory(mode: mode, modified: modified)
            case .symbolicLink: .symbolicLink(target: target, modified: modified)
            }
        }

        /// What a look shows that tells what is `preserved`.
        func observed(preserving preserved: Set<Preserve>) -> Observed {
            var observed = Observed(entry: entry, identity: Identity(inode: inode, born: born), changed: changed)
            if preserved.contains(.owner) { observed.entry.owner = owner }
            if preserved.contains(.xattrs), kind != .symbolicLink { observed.entry.attributes = attributes }
            if kind == .file { observed.links = UInt32(links) }
            return observed
        }
    }

    static let root: UInt64 = 1

    private(set) var nodes: [UInt64: Node]
    private var lastInode = root
    /// Inodes that are free: the next new entry gets the one that was freed last, as on ext4.
    private var free: [UInt64] = []
    /// The present time of the file system.
    var now: Timestamp
    /// A directory of the same file system that no path leads to, but through a symbolic link to `outsideTarget`; nil for none.
    private(set) var outside: UInt64?
    static let outsideTarget = Array("../outside".utf8)
    /// Whether a path is followed through symbolic links, as open(2) does it without `RESOLVE_NO_SYMLINKS`.
    var followsLinks = false

    init(now: Timestamp) {
        self.now = now
        nodes = [
            Self.root: Node(inode: Self.root, born: now, kind: .directory, mode: 0o755, modified: now, changed: now)
        ]
    }

    subscript(inode: UInt64) -> Node? { nodes[inode] }

    /// The inode at `path`; nil where nothing is.
    func inode(at path: RelativePath) -> UInt64? {
        var inode = Self.root
        for name in path.components {
            if let outside, followsLinks, nodes[inode]?.target == Self.outsideTarget { inode = outside }
            guard let next = nodes[inode]?.children[Array(name)] else { return nil }
            inode = next
        }
        return inode
    }

    /// Where a path leads that is followed through a symbolic link at its end.
    private func directory(at path: RelativePath) -> UInt64? {
        guard let inode = inode(at: path), followsLinks, nodes[inode]?.target == Self.outsideTarget else {
            return self.inode(at: path)
        }
        return outside
    }

    /// Puts a directory outside of the tree, in which every name of `names` is a directory with a file of each name in it.
    mutating func makeOutside(_ names: [[UInt8]]) {
        let top = make(.directory)
        outside = top
        for name in names {
            let directory = make(.directory)
            nodes[top]?.children[name] = directory
            for name in names {
                let file = make(.file)
                nodes[directory]?.children[name] = file
            }
        }
    }

    /// All that is outside, one line for each node.
    var outsideLines: [String] {
        guard let outside else { return [] }
        var lines: [String] = []
        var remaining = [outside]
        while let inode = remaining.popLast() {
            guard let node = nodes[inode] else {
                lines.append("\(inode) is gone")
                continue
            }
            lines.append(node.line)
            remaining += node.children.values.sorted()
        }
        return lines
    }

    func node(at path: RelativePath) -> Node? { inode(at: path).flatMap { nodes[$0] } }

    func isDirectory(_ path: RelativePath) -> Bool { node(at: path)?.kind == .directory }

    /// Every path with its node, in the order of paths, without the root.
    var all: [(path: RelativePath, node: Node)] {
        var found: [(RelativePath, Node)] = []
        var remaining: [(RelativePath, UInt64)] = [(.root, Self.root)]
        while let (path, inode) = remaining.popLast() {
            guard let node = nodes[inode] else { continue }
            if !path.isRoot { found.append((path, node)) }
            for name in node.names.reversed() {
                if let child = node.children[name], let below = try? path.appending(name) {
                    remaining.append((below, child))
                }
            }
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// Makes a node without a name.
    mutating func make(_ kind: Entry.Kind, mode: UInt16 = 0o644) -> UInt64 {
        let inode = free.popLast() ?? lastInode + 1
        lastInode = max(lastInode, inode)
        nodes[inode] = Node(inode: inode, born: now, kind: kind, mode: mode, modified: now, changed: now)
        return inode
    }

    /// Changes a node, as a system call does: its change time becomes the present.
    mutating func change(_ inode: UInt64, _ body: (inout Node) -> Void) {
        guard var node = nodes[inode] else { return }
        body(&node)
        node.changed = now
        nodes[inode] = node
    }

    /// Makes a file's content durable, which is no change.
    mutating func sync(_ inode: UInt64) {
        nodes[inode]?.isSynced = true
    }

    /// Gives a node a name in the directory above `path`, in place of what has it. False where there is no such directory.
    @discardableResult
    mutating func link(_ inode: UInt64, at path: RelativePath) -> Bool {
        guard let parent = path.parent.flatMap(directory), nodes[parent]?.kind == .directory else { return false }
        let replaced = nodes[parent]?.children[Array(path.name)]
        if replaced == inode { return true }
        changeNames(of: parent) { $0[Array(path.name)] = inode }
        change(inode) { $0.links += 1 }
        if let replaced { takeName(replaced) }
        return true
    }

    /// Takes the name at `path` away. Returns what had it; it still is a node.
    @discardableResult
    mutating func unlink(_ path: RelativePath) -> UInt64? {
        guard let parent = path.parent.flatMap(directory), let inode = nodes[parent]?.children[Array(path.name)]
        else { return nil }
        changeNames(of: parent) { $0[Array(path.name)] = nil }
        change(inode) { $0.links -= 1 }
        return inode
    }

    /// Removes what is at `path`, with all below it.
    mutating func remove(_ path: RelativePath) {
        if let inode = unlink(path) { drop(inode) }
    }

    /// Renames, replacing what is at the target.
    /// Two names of one file both stay, as rename(2) has it.
    mutating func rename(_ old: RelativePath, to new: RelativePath) {
        guard inode(at: old) != inode(at: new), let inode = unlink(old) else { return }
        link(inode, at: new)
    }

    /// Lets what is at two paths change places.
    mutating func exchange(_ path: RelativePath, _ other: RelativePath) {
        guard let inode = unlink(path), let otherInode = unlink(other) else { return }
        link(otherInode, at: path)
        link(inode, at: other)
    }

    private mutating func changeNames(of directory: UInt64, _ body: (inout [[UInt8]: UInt64]) -> Void) {
        let now = now
        change(directory) {
            body(&$0.children)
            $0.modified = now
        }
    }

    /// Takes one name from a node, and frees it with the last one.
    mutating func takeName(_ inode: UInt64) {
        change(inode) { $0.links -= 1 }
        drop(inode)
    }

    /// Frees a node, and all below it, unless it has a name.
    mutating func drop(_ inode: UInt64) {
        guard let node = nodes[inode], node.links == 0 else { return }
        for name in node.names { if let child = node.children[name] { takeName(child) } }
        nodes[inode] = nil
        free.append(inode)
    }
}

extension SimulatedTree.Node {
    /// The digest of the content: that two contents have the same is as unlikely as the simulator needs.
    var digest: Digest { Digest.simulated(content, isLarge: isLarge) }
}

extension Attributes {
    /// No attributes, which is something else than attributes that nobody asked for.
    static let none: Attributes = {
        guard let none = Attributes([]) else { preconditionFailure("none are not too many") }
        return none
    }()
}

extension Digest {
    static func simulated(_ content: [UInt8], isLarge: Bool) -> Digest {
        var bytes: [UInt8] = []
        var hash: UInt64 = isLarge ? 0x9E37_79B9_7F4A_7C15 : 0xCBF2_9CE4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for round in 0..<4 as Range<UInt64> {
            hash = (hash ^ round ^ UInt64(content.count)) &* 0x100_0000_01B3
            withUnsafeBytes(of: hash) { bytes += $0 }
        }
        guard let digest = Digest(bytes) else { preconditionFailure("four words have 32 bytes") }
        return digest
    }
}
