// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What people and programs do in a source, step by step, with the events that the kernel makes of it.
struct Editor {
    let source: SimulatedSource
    var watch: SimulatedWatch
    /// Whether owners and attributes are changed and further names are given, too.
    var isThorough = false
    /// Whether a file with several names was edited by one that is not mirrored: no event tells that of its other names.
    private(set) var hasEditedUnseen = false
    /// Files that are being written: they grow again before they are closed.
    private var open: [UInt64] = []
    /// Renames that follow, one at a time, while everything else goes on.
    private var renames: [(old: RelativePath, new: RelativePath)] = []
    static let names = ["a", "b", "c", "d.tmp"].map { Array($0.utf8) }
    private static let deepest = 3

    init(source: SimulatedSource, watch: SimulatedWatch) {
        self.source = source
        self.watch = watch
    }

    /// Does one thing.
    mutating func edit(_ random: inout SplitMix) {
        if !renames.isEmpty {
            let next = renames.removeFirst()
            return rename(next.old, to: next.new)
        }
        let paths = source.tree.all.map(\.path)
        let known = paths.randomElement(using: &random)
        let fresh = freshPath(&random)
        if let known, source.isIgnored(known, isDirectory: false), source.tree.node(at: known)?.links ?? 1 > 1 {
            hasEditedUnseen = true
        }
        if isThorough, let known, Int.random(in: 0..<4, using: &random) == 0 {
            return editPreserved(known, fresh, &random)
        }
        switch (Int.random(in: 0..<24, using: &random), known, fresh) {
        case (0..<4, _, let path?): create(path, &random)
        case (4..<6, _, let path?): makeDirectory(path)
        case (6, _, let path?): makeLink(path, &random)
        case (7..<10, let path?, _): write(path, &random)
        case (10..<12, _, _): close(&random)
        case (12, let path?, _): remove(path)
        case (13..<17, let path?, let target?): rename(path, to: target)
        case (17..<19, let path?, _): if let other = paths.randomElement(using: &random) { swap(path, other, &random) }
        case (19, let path?, _): replace(path, &random)
        case (20, let path?, _): changeMode(path, &random)
        case (21, let path?, _): touch(path)
        case (22, let path?, let target?): moveOutAndIn(path, target)
        default: rewriteUnseen(known, &random)
        }
    }

    /// Ends whatever is being done and written.
    mutating func closeAll() {
        for next in renames { rename(next.old, to: next.new) }
        renames = []
        for inode in open { tell(inode, .closed) }
        open = []
    }

    private func freshPath(_ random: inout SplitMix) -> RelativePath? {
        let directories = [RelativePath.root] + source.tree.all.filter { $0.node.kind == .directory }.map(\.path)
        guard let parent = directories.randomElement(using: &random), parent.depth < Self.deepest,
            let name = Self.names.randomElement(using: &random)
        else { return nil }
        return try? parent.appending(name)
    }

    func directory(of path: RelativePath) -> UInt64? { path.parent.flatMap { source.tree.inode(at: $0) } }

    /// Tells what happened to a node under its name.
    private func tell(_ inode: UInt64, _ touch: WatchEvent.Touch) {
        guard let path = source.tree.all.first(where: { $0.node.inode == inode })?.path,
            let directory = directory(of: path)
        else { return }
        watch.touched(directory, Array(path.name), touch)
    }

    func isFree(_ path: RelativePath) -> Bool { source.tree.node(at: path) == nil }

    private mutating func create(_ path: RelativePath, _ random: inout SplitMix) {
        guard isFree(path), let directory = directory(of: path) else { return }
        let inode = source.tree.make(.file)
        let isLarge = Int.random(in: 0..<12, using: &random) == 0
        source.tree.change(inode) { $0.isLarge = isLarge }
        source.tree.link(inode, at: path)
        watch.touched(directory, Array(path.name), .created)
        open.append(inode)
        if Bool.random(using: &random) { write(path, &random) }
        if Bool.random(using: &random) { close(&random) }
    }

    private mutating func write(_ path: RelativePath, _ random: inout SplitMix) {
        guard let node = source.tree.node(at: path), node.kind == .file, let directory = directory(of: path) else {
            return
        }
        let more = UInt8.random(in: 1...200, using: &random)
        let now = source.tree.now
        let appends = Bool.random(using: &random)
        source.tree.change(node.inode) {
            $0.content = appends ? $0.content + [more] : [more]
            $0.modified = now
        }
        watch.touched(directory, Array(path.name), .modified)
        if !open.contains(node.inode) { open.append(node.inode) }
    }

    private mutating func close(_ random: inout SplitMix) {
        guard let index = open.indices.randomElement(using: &random) else { return }
        tell(open.remove(at: index), .closed)
    }

    private func makeDirectory(_ path: RelativePath) {
        guard isFree(path), let directory = directory(of: path) else { return }
        source.tree.link(source.tree.make(.directory, mode: 0o755), at: path)
        watch.appeared(directory, Array(path.name))
    }

    private func makeLink(_ path: RelativePath, _ random: inout SplitMix) {
        guard isFree(path), let directory = directory(of: path) else { return }
        let inode = source.tree.make(.symbolicLink, mode: 0)
        let target = Array("t\(Int.random(in: 0..<9, using: &random))".utf8)
        source.tree.change(inode) { $0.target = target }
        source.tree.link(inode, at: path)
        watch.touched(directory, Array(path.name), .created)
    }

    /// As `rm -r`: what is below goes first, each with its event.
    private func remove(_ path: RelativePath) {
        guard let node = source.tree.node(at: path), let directory = directory(of: path) else { return }
        for name in node.names { if let below = try? path.appending(name) { remove(below) } }
        source.tree.remove(path)
        if node.kind == .directory {
            watch.vanished(directory, Array(path.name), isDeletion: true)
        } else {
            watch.touched(directory, Array(path.name), .removed)
        }
    }

    /// As rename(2), which replaces a file, and an empty directory by a directory.
    private func rename(_ old: RelativePath, to new: RelativePath) {
        guard old != new, !new.isBelow(old), !old.isBelow(new), let node = source.tree.node(at: old),
            let from = directory(of: old), let to = directory(of: new), source.tree.inode(at: new) != node.inode
        else { return }
        if let there = source.tree.node(at: new) {
            guard there.kind == .directory ? node.kind == .directory && there.children.isEmpty : node.kind != .directory
            else { return }
        }
        source.tree.rename(old, to: new)
        if node.kind == .directory {
            watch.vanished(from, Array(old.name), isDeletion: false)
            watch.appeared(to, Array(new.name))
        } else {
            let cookie = UInt32(truncatingIfNeeded: node.inode)
            watch.touched(from, Array(old.name), .movedAway(cookie))
            watch.touched(to, Array(new.name), .movedHere(cookie))
        }
    }

    /// Two names change places by way of a third: at once, or once and again while everything else goes on.
    private mutating func swap(_ path: RelativePath, _ other: RelativePath, _ random: inout SplitMix) {
        guard let aside = try? RelativePath("aside"), isFree(aside), path != other, !path.isBelow(other),
            !other.isBelow(path)
        else { return }
        let swap = [(path, aside), (other, path), (aside, other)]
        if Bool.random(using: &random) {
            for (old, new) in swap { rename(old, to: new) }
        } else {
            for _ in 0..<Int.random(in: 1...7, using: &random) { renames += swap }
        }
    }

    /// As an editor saves: a new file beside the old one, written, closed, and renamed over it.
    private mutating func replace(_ path: RelativePath, _ random: inout SplitMix) {
        guard let node = source.tree.node(at: path), node.kind == .file,
            let beside = try? path.parent?.appending("new".utf8), isFree(beside)
        else { return }
        create(beside, &random)
        write(beside, &random)
        if Bool.random(using: &random) { rename(beside, to: path) }
    }

    private func changeMode(_ path: RelativePath, _ random: inout SplitMix) {
        guard let node = source.tree.node(at: path), node.kind != .symbolicLink, let directory = directory(of: path)
        else { return }
        let mode = UInt16([0o600, 0o640, 0o755].randomElement(using: &random) ?? 0o600)
        source.tree.change(node.inode) { $0.mode = mode }
        watch.touched(directory, Array(path.name), .attributes)
    }

    private func touch(_ path: RelativePath) {
        guard let node = source.tree.node(at: path), let directory = directory(of: path) else { return }
        let now = source.tree.now
        source.tree.change(node.inode) { $0.modified = now }
        watch.touched(directory, Array(path.name), .attributes)
    }

    /// Moved out of the source, and something else like it moved in.
    private func moveOutAndIn(_ path: RelativePath, _ target: RelativePath) {
        guard let node = source.tree.node(at: path), node.kind == .directory, let from = directory(of: path),
            let inode = source.tree.unlink(path)
        else { return }
        watch.vanished(from, Array(path.name), isDeletion: false)
        guard isFree(target), let to = directory(of: target), source.tree.link(inode, at: target) else {
            return source.tree.drop(inode)
        }
        watch.appeared(to, Array(target.name))
    }

    /// The content changes, and its size and modification time don't.
    private func rewriteUnseen(_ path: RelativePath?, _ random: inout SplitMix) {
        guard let path, let node = source.tree.node(at: path), node.kind == .file, !node.content.isEmpty,
            let directory = directory(of: path)
        else { return }
        let other = UInt8.random(in: 201...250, using: &random)
        source.tree.change(node.inode) { $0.content[0] = other }
        watch.touched(directory, Array(path.name), .modified)
        watch.touched(directory, Array(path.name), .closed)
    }
}
