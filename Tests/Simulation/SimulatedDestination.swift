// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A destination in memory that forgets, when the power fails, what was not synced: of names and metadata everything from
/// some point on, since a journal keeps their order; of contents anything.
final class SimulatedDestination: Destination {
    /// What stands under a private name.
    enum Private {
        case node(UInt64)
        case note([UInt8])
    }

    /// The file system: what a sweep and a crash see.
    struct Disk {
        var tree: SimulatedTree
        var staged: [Int: Private] = [:]
    }

    private(set) var disk: Disk
    /// What the disk was after each call since names were last synced, the oldest first.
    private var unsynced: [Disk] = []
    private var lastStaged = 0
    private var random: SplitMix

    /// How many of 1,000 calls fail.
    var failures = 0
    /// How many calls are made before the machine stops; nil for never.
    var callsLeft: Int?
    /// Entries that can't be looked at.
    var unseen: Set<RelativePath> = []
    /// What the file system can't hold, or the server may not set.
    var refused: Set<Preserve> = []
    /// Called ahead of every call: whoever else is on the machine may do something at any instant.
    var meanwhile: () -> Void = {}
    /// What staged entries go without.
    private var shortfalls: [Int: Shortfall] = [:]
    /// Whether paths are resolved as openat2(2) does it for the server: not through symbolic links.
    private static let isConfined = true

    init(tree: SimulatedTree, seed: UInt64) {
        disk = Disk(tree: tree)
        disk.tree.followsLinks = !Self.isConfined
        random = SplitMix(seed: seed)
    }

    var tree: SimulatedTree { disk.tree }
    var hasStopped: Bool { callsLeft.map { $0 <= 0 } ?? false }

    /// The gate before every call.
    private func call(_ operation: String, _ path: RelativePath?) throws(FileError) {
        if let callsLeft {
            guard callsLeft > 0 else { throw FileError(.inputOutput, operation: operation, path: path) }
            self.callsLeft = callsLeft - 1
        }
        meanwhile()
        if let path, path.isReserved { throw FileError(.reserved, operation: operation, path: path) }
        guard Int.random(in: 0..<1000, using: &random) < failures else { return }
        let codes: [FileError.Code] = [.inputOutput, .noSpace, .permission]
        throw FileError(codes[Int.random(in: codes.indices, using: &random)], operation: operation, path: path)
    }

    private func change(_ body: (inout Disk) -> Void) {
        unsynced.append(disk)
        body(&disk)
    }

    /// Somebody else does something in the destination.
    func tamper(_ body: (inout SimulatedTree) -> Void) {
        change { body(&$0.tree) }
    }

    /// Makes everything durable.
    func syncAll() {
        for (_, node) in disk.tree.all { disk.tree.sync(node.inode) }
        unsynced = []
    }

    func setTime(_ now: Timestamp) { disk.tree.now = now }

    /// What a power loss would leave, at the worst: nothing that is not synced.
    var certain: SimulatedTree { (unsynced.first ?? disk).tree }

    /// The server stops, with or without the machine. Staged entries but the notes are swept away at the next start.
    func stop(withPower isPowerLost: Bool) {
        callsLeft = nil
        if isPowerLost, let some = ([disk] + unsynced).randomElement(using: &random) {
            disk = some
            for (_, node) in disk.tree.all where node.kind == .file && !node.isSynced {
                disk.tree.change(node.inode) { $0.content = [0xFF] }
            }
        }
        unsynced = []
        for (id, entry) in disk.staged.sorted(by: { $0.key < $1.key }) {
            guard case .node(let inode) = entry else { continue }
            disk.staged[id] = nil
            disk.tree.takeName(inode)
        }
    }

    private func stage(_ entry: Private) -> Int {
        lastStaged += 1
        disk.staged[lastStaged] = entry
        if case .node(let inode) = entry { disk.tree.change(inode) { $0.links += 1 } }
        return lastStaged
    }

    func stage(_ content: [UInt8], as entry: Entry, keepingOpen: Bool) throws(FileError) -> Int {
        try stage(content, isLarge: false, as: entry)
    }

    func stage(_ content: [UInt8], isLarge: Bool, as entry: Entry) throws(FileError) -> Int {
        try stage("write", entry) {
            $0.content = content
            $0.isLarge = isLarge
        }
    }

    func stageLink(_ entry: Entry) throws(FileError) -> Int {
        try stage("symlink", entry) { $0.target = entry.target }
    }

    /// Makes a node like `entry`, and in it what `fill` does, under a private name.
    private func stage(
        _ operation: String, _ entry: Entry, _ fill: (inout SimulatedTree.Node) -> Void
    ) throws(FileError) -> Int {
        try call(operation, nil)
        unsynced.append(disk)
        let inode = disk.tree.make(entry.kind, mode: entry.mode)
        var shortfall: Shortfall?
        disk.tree.change(inode) {
            fill(&$0)
            $0.modified = entry.modified
            shortfall = preserve(entry, in: &$0)
        }
        let staged = stage(.node(inode))
        shortfalls[staged] = shortfall
        return staged
    }

    /// Gives a node what of `entry` is preserved by option. Returns what can't be.
    private func preserve(_ entry: Entry, in node: inout SimulatedTree.Node) -> Shortfall? {
        var shortfall: Shortfall?
        if let owner = entry.owner, owner != node.owner {
            if refused.contains(.owner) {
                let error = FileError(.permission, operation: "chown", path: nil)
                shortfall = Shortfall(lacking: [.owner], error: error)
            } else {
                node.owner = owner
            }
        }
        if let attributes = entry.attributes, attributes != node.attributes {
            if refused.contains(.xattrs) {
                let error = FileError(.unsupported, operation: "setxattr", path: nil)
                shortfall = shortfall.with(Shortfall(lacking: [.xattrs], error: error))
            } else {
                node.attributes = attributes
            }
        }
        return shortfall
    }

    func stageHardLink(to path: RelativePath) throws(FileError) -> Int {
        try call("link", path)
        try checkParent(of: path)
        if refused.contains(.hardLinks) { throw FileError(.unsupported, operation: "link", path: path) }
        guard let node = disk.tree.node(at: path) else { throw FileError(.notFound, operation: "link", path: path) }
        guard node.kind != .directory else { throw FileError(.permission, operation: "link", path: path) }
        unsynced.append(disk)
        return stage(.node(node.inode))
    }

    func shortfall(of staged: Int) -> Shortfall? { shortfalls[staged] }

    func stageIntent(_ note: [UInt8]) throws(FileError) -> Int {
        try call("symlink", nil)
        precondition(note.count <= Intent.longestNote)
        unsynced.append(disk)
        return stage(.note(note))
    }

    func intents() throws(FileError) -> [(entry: Int, note: [UInt8])] {
        try call("list", nil)
        return disk.staged.sorted { $0.key < $1.key }.compactMap { id, entry in
            if case .note(let note) = entry { (id, note) } else { nil }
        }
    }

    func discard(_ staged: Int) throws(FileError) {
        try call("unlink", nil)
        change { disk in
            if case .node(let inode) = disk.staged.removeValue(forKey: staged) { disk.tree.takeName(inode) }
        }
    }

    /// Throws unless a directory is above `path`.
    private func checkParent(of path: RelativePath) throws(FileError) {
        guard let parent = path.parent else { throw FileError(.isDirectory, operation: "open", path: path) }
        for above in path.ancestors where disk.tree.node(at: above)?.kind == .symbolicLink && Self.isConfined {
            throw FileError(.escapes, operation: "open", path: path)
        }
        guard let node = disk.tree.node(at: parent) else { throw FileError(.notFound, operation: "open", path: path) }
        if node.kind == .symbolicLink, !Self.isConfined { return }
        guard node.kind == .directory else { throw FileError(.notDirectory, operation: "open", path: path) }
    }

    func publish(_ staged: Int, at path: RelativePath, replacingDirectory: Bool) throws(FileError) -> Int? {
        try call("rename", path)
        try checkParent(of: path)
        guard case .node(let inode) = disk.staged[staged] else { preconditionFailure("published twice") }
        let isDirectory = disk.tree.isDirectory(path)
        if isDirectory, !replacingDirectory { throw FileError(.isDirectory, operation: "rename", path: path) }
        var displaced: Int?
        change { disk in
            if isDirectory, let old = disk.tree.unlink(path) {
                lastStaged += 1
                disk.staged[lastStaged] = .node(old)
                disk.tree.change(old) { $0.links += 1 }
                displaced = lastStaged
            }
            // rename(2) of two names of one file does nothing, and leaves both.
            guard disk.tree.inode(at: path) != inode else { return }
            disk.staged[staged] = nil
            disk.tree.link(inode, at: path)
            disk.tree.takeName(inode)
        }
        return displaced
    }

    func makeDirectory(at path: RelativePath, mode: UInt16) throws(FileError) {
        try call("mkdir", path)
        try checkParent(of: path)
        change { disk in
            if !disk.tree.isDirectory(path) {
                disk.tree.remove(path)
                disk.tree.link(disk.tree.make(.directory), at: path)
            }
            if let inode = disk.tree.inode(at: path) { disk.tree.change(inode) { $0.mode = mode } }
        }
    }

    func move(_ old: RelativePath, to new: RelativePath, kind: Entry.Kind) throws(FileError) {
        try call("rename", new)
        try checkParent(of: new)
        guard let node = disk.tree.node(at: old), !new.isBelow(old) else {
            throw FileError(.notFound, operation: "rename", path: old)
        }
        if let there = disk.tree.node(at: new) {
            guard node.kind != .directory else { throw FileError(.exists, operation: "rename", path: new) }
            guard there.kind != .directory else { throw FileError(.isDirectory, operation: "rename", path: new) }
        }
        change { $0.tree.rename(old, to: new) }
    }

    func exchange(_ path: RelativePath, _ other: RelativePath) throws(FileError) {
        try call("rename", path)
        guard disk.tree.node(at: path) != nil, disk.tree.node(at: other) != nil, !path.isBelow(other),
            !other.isBelow(path)
        else { throw FileError(.notFound, operation: "rename", path: path) }
        change { $0.tree.exchange(path, other) }
    }

    func remove(_ path: RelativePath) throws(FileError) -> Bool {
        try call("unlink", path)
        guard let node = disk.tree.node(at: path) else { return false }
        guard node.children.isEmpty else { throw FileError(.notEmpty, operation: "rmdir", path: path) }
        change { $0.tree.remove(path) }
        return true
    }

    func setMetadata(_ entry: Entry, at path: RelativePath) throws(FileError) -> Shortfall? {
        try call("utime", path)
        guard let inode = disk.tree.inode(at: path) else {
            throw FileError(.notFound, operation: "open", path: path)
        }
        var shortfall: Shortfall?
        change { disk in
            disk.tree.change(inode) {
                if !path.isRoot { shortfall = preserve(entry, in: &$0) }
                if $0.kind != .symbolicLink, !path.isRoot { $0.mode = entry.mode }
                $0.modified = entry.modified
            }
        }
        return shortfall
    }

    func look(at path: RelativePath) throws(FileError) -> Observation {
        try call("stat", path)
        guard !unseen.contains(path) else { throw FileError(.inputOutput, operation: "stat", path: path) }
        return disk.tree.node(at: path).map { .present($0.observed(preserving: [])) } ?? .absent
    }

    func count(in path: RelativePath) throws(FileError) -> Int {
        try call("list", path)
        return disk.tree.node(at: path)?.children.count ?? 0
    }

    func restoreModes() throws(FileError) { try call("chmod", nil) }

    func syncContents(of staged: [Int]) throws(FileError) -> Int {
        try call("sync", nil)
        for id in staged {
            guard case .node(let inode) = disk.staged[id] else { continue }
            mark(inode)
        }
        return 1
    }

    /// Notes that a content is durable, on the disk as it is and as it was.
    private func mark(_ inode: UInt64) {
        guard let node = disk.tree[inode] else { return }
        disk.tree.sync(inode)
        for index in unsynced.indices where unsynced[index].tree[inode]?.content == node.content {
            unsynced[index].tree.sync(inode)
        }
    }

    func syncEntries(at paths: Set<RelativePath>) throws(FileError) -> Int {
        try call("sync", nil)
        unsynced = []
        return 1
    }
}
