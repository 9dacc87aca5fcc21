// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncboxCore
import Testing

/// Asks git itself: `.gitignore` files of the same content, and the configured patterns as `info/exclude`.
@Suite(.enabled(if: GitRepository.git != nil, "git is not installed"))
struct GitOracleTests {
    /// The first of the seeds that are run; another run can take up elsewhere.
    private static let firstSeed =
        ProcessInfo.processInfo.environment["SYNCBOX_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
    private static let seedsInABlock: UInt64 = 50
    private static let gitignore = Array(".gitignore".utf8)

    @Test("git says the same of every row of the table")
    func table() throws {
        let repository = try GitRepository()
        defer { try? repository.remove() }
        var paths: [RelativePath] = []
        for (number, row) in IgnoreCase.all.enumerated() {
            let directory = try RelativePath("case-\(number)")
            let path = try RelativePath(directory.bytes + [UInt8(ascii: "/")] + row.relativePath.bytes)
            try repository.write(latin1(row.content), to: directory.appending(Self.gitignore))
            try row.isDirectory ? repository.makeDirectory(path) : repository.write(to: path)
            paths.append(path)
        }
        let ignored = try repository.ignored(of: paths)
        for (path, row) in zip(paths, IgnoreCase.all) {
            #expect(ignored.contains(path) == row.isIgnored, "git disagrees: \(row)")
        }
    }

    @Test("git ignores the same paths of a random tree", arguments: 0..<6 as Range<UInt64>)
    func randomTrees(block: UInt64) throws {
        var counts = (ignored: 0, all: 0)
        for number in 0..<Self.seedsInABlock {
            let seed = Self.firstSeed + block * Self.seedsInABlock + number
            let tree = try RandomTree(seed: seed)
            let ignored = try ignoredByGit(tree)
            let rules = try rules(of: tree)
            for (path, isDirectory) in tree.entries where !path.isRoot {
                let isIgnored = rules.isIgnored(path, isDirectory: isDirectory)
                #expect(isIgnored == ignored.contains(path), "SYNCBOX_FIRST_SEED=\(seed): \(path) in \(tree)")
                guard let parent = path.parent, !rules.isIgnored(parent, isDirectory: true) else { continue }
                let seenByScan = rules.rules(in: parent).isIgnored(path.name.span, isDirectory: isDirectory)
                #expect(seenByScan == isIgnored, "SYNCBOX_FIRST_SEED=\(seed): a scan sees \(path) differently")
            }
            counts.ignored += ignored.count
            counts.all += tree.entries.count - 1
        }
        // Trees in which all or nothing is ignored would prove little.
        #expect((0.2...0.8).contains(Double(counts.ignored) / Double(counts.all)))
    }

    private func ignoredByGit(_ tree: RandomTree) throws -> Set<RelativePath> {
        let repository = try GitRepository(exclude: tree.base)
        defer { try? repository.remove() }
        for (path, isDirectory) in tree.entries {
            try isDirectory ? repository.makeDirectory(path) : repository.write(to: path)
        }
        for (directory, content) in tree.files {
            try repository.write(content, to: directory.appending(Self.gitignore))
        }
        return try repository.ignored(of: tree.entries.keys.filter { !$0.isRoot })
    }

    private func rules(of tree: RandomTree) throws -> IgnoreRules {
        var rules = IgnoreRules(base: try IgnoreFile(tree.base))
        for (directory, content) in tree.files { rules.set(try IgnoreFile(content), in: directory) }
        return rules
    }
}

extension RandomTree: CustomStringConvertible {
    var description: String {
        let files = files.map { "\($0.key): \(PrintableBytes.text($0.value))" }.sorted()
        return "a tree with \(PrintableBytes.text(base)) above \(files)"
    }
}
