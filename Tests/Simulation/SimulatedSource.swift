// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A source in memory, in which whatever can go wrong with looking and reading does.
final class SimulatedSource: SourceTree {
    /// What really is there.
    var tree: SimulatedTree
    /// Whether its file system is mounted. Without it an empty directory stands in its place.
    var isMounted = true
    /// Whether the engine began while it was not mounted, and takes the mount point for the source.
    var isMountPointOpen = false
    /// Directories that may not be entered.
    var closed: Set<UInt64> = []
    /// How many of 1,000 calls fail.
    var failures = 0
    /// What a look tells beyond content, mode and modification time.
    var preserved: Set<Preserve> = []
    /// Called before something is looked at.
    var beforeLooking: () -> Void = {}
    /// Called while a file is being read.
    var whileReading: (RelativePath) -> Void = { _ in }

    private var rules: IgnoreRules
    private var random: SplitMix

    init(tree: SimulatedTree, ignoring patterns: String, seed: UInt64) throws {
        self.tree = tree
        rules = IgnoreRules(base: try IgnoreFile(patterns.utf8))
        random = SplitMix(seed: seed)
    }

    private func mayFail(_ operation: String, _ path: RelativePath) throws(FileError) {
        guard Int.random(in: 0..<1000, using: &random) < failures else { return }
        let codes: [FileError.Code] = [.inputOutput, .permission, .busy, .tooManyOpen]
        throw FileError(codes[Int.random(in: codes.indices, using: &random)], operation: operation, path: path)
    }

    /// Throws where a directory above `path` may not be entered.
    private func checkEntry(to path: RelativePath) throws(FileError) {
        for directory in path.ancestors {
            guard let inode = tree.inode(at: directory), closed.contains(inode) else { continue }
            throw FileError(.permission, operation: "open", path: path)
        }
    }

    func look(at path: RelativePath) throws(FileError) -> Observation {
        beforeLooking()
        try mayFail("stat", path)
        guard isMounted else { return isMountPointOpen && path.isRoot ? .present(Self.mountPoint) : .absent }
        try checkEntry(to: path)
        return tree.node(at: path).map { .present($0.observed(preserving: preserved)) } ?? .absent
    }

    func list(_ directory: RelativePath) throws(FileError) -> [DirectoryEntry] {
        try mayFail("list", directory)
        guard isMounted else { return [] }
        try checkEntry(to: directory)
        guard let node = tree.node(at: directory) else {
            throw FileError(.notFound, operation: "open", path: directory)
        }
        guard node.kind == .directory else { throw FileError(.notDirectory, operation: "open", path: directory) }
        guard !closed.contains(node.inode) else { throw FileError(.permission, operation: "open", path: directory) }
        var found: [DirectoryEntry] = []
        for name in node.names {
            guard let child = node.children[name], let there = tree[child] else { continue }
            let observed = there.observed(preserving: preserved.subtracting([.xattrs]))
            found.append(DirectoryEntry(name: name, look: .success(.present(observed))))
        }
        return found
    }

    func read(_ path: RelativePath, limit: Int) throws(FileError) -> FileContent {
        try mayFail("read", path)
        guard isMounted else { throw FileError(.notFound, operation: "open", path: path) }
        try checkEntry(to: path)
        guard let before = tree.node(at: path) else { throw FileError(.notFound, operation: "open", path: path) }
        guard before.kind == .file else { throw FileError(.escapes, operation: "open", path: path) }
        guard before.size <= UInt64(limit) else { throw FileError(.tooLarge, operation: "read", path: path) }
        whileReading(path)
        var observed = before.observed(preserving: preserved)
        guard let after = tree[before.inode], after.observed(preserving: preserved) == observed,
            after.content == before.content
        else { throw FileError(.busy, operation: "read", path: path) }
        observed.entry.digest = before.digest
        return FileContent(observed: observed, bytes: before.content)
    }

    func stillStands() -> Bool { isMounted != isMountPointOpen }

    /// What a look at the empty mount point shows.
    private static let mountPoint = Observed(
        entry: .directory(mode: 0o755, modified: Timestamp(seconds: 1)),
        identity: Identity(inode: 77, born: Timestamp(seconds: 1)), changed: Timestamp(seconds: 1))

    func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool {
        path.isReserved || rules.isIgnored(path, isDirectory: isDirectory)
    }
    func ignoreRules(in directory: RelativePath) -> DirectoryRules { rules.rules(in: directory) }

    func readIgnoreRules(in directory: RelativePath) -> (path: RelativePath, kind: ProblemKind, text: String)? { nil }
    func moveIgnoreRules(from old: RelativePath, to new: RelativePath) { rules.move(from: old, to: new) }
    func forgetIgnoreRules(of directory: RelativePath) { rules.removeAll(in: directory) }
}
