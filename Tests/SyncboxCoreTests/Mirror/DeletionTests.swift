// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("Sets of deletions") struct DeletionTests {
    /// A set of what `text` lists, each path standing for one entry: `a b/c`.
    private static func set(_ text: String, limit: Int = 100) throws -> DeletionSet {
        var set = DeletionSet(limit: limit)
        set.insert(try deletions(text))
        return set
    }

    private static func deletions(_ text: String) throws -> [Deletion] {
        try text.split(separator: " ").map { Deletion(path: try RelativePath(String($0)), entries: 1) }
    }

    private static func text(_ set: DeletionSet) -> String { set.paths.map(\.description).joined(separator: " ") }

    @Test(
        "What lies below another is covered by it",
        arguments: [
            ("b a", "", "a b"), ("a/b", "a", "a"), ("a", "a/b a/c", "a"), ("a/b a/c ab", "a", "a ab"),
            ("a a/b a/b/c", "", "a"), ("x", "x", "x"), ("a/c a/d b", "a/b a/cc", "a/b a/c a/cc a/d b"),
        ])
    func insert(first: String, second: String, result: String) throws {
        var set = try Self.set(first)
        set.insert(try Self.deletions(second))
        #expect(Self.text(set) == result)
        #expect(!set.hasMore)
    }

    @Test("The topmost paths", arguments: [("a a/b ab b/c b/c/d a", "a ab b/c"), ("", ""), ("c b a", "a b c")])
    func topmost(paths: String, result: String) throws {
        let found = Deletion.topmost(try Self.deletions(paths).map(\.path))
        #expect(found.map(\.description).joined(separator: " ") == result)
    }

    @Test(
        "A tree is dropped with all below it",
        arguments: [
            ("a a0 b", "a", "a0 b"), ("a/b a/c a0 b", "a", "a0 b"), ("a/b b", "c", "a/b b"), ("a b", ".", ""),
        ])
    func removeTree(before: String, directory: String, after: String) throws {
        var set = try Self.set(before)
        set.removeTree(directory == "." ? .root : try RelativePath(directory))
        #expect(Self.text(set) == after)
    }

    @Test("What was below a directory that moved is below its new name; the directory itself is not held by it")
    func move() throws {
        var set = try Self.set("a/x b/y c")
        set.move(from: try RelativePath("a"), to: try RelativePath("z/a"))
        #expect(Self.text(set) == "b/y c z/a/x")
        set.move(from: try RelativePath("c"), to: try RelativePath("d"))
        #expect(Self.text(set) == "b/y c z/a/x")
    }

    @Test("Beyond its limit a set only knows that there is more, until the root is looked at anew")
    func limit() throws {
        var set = try Self.set("a b c", limit: 2)
        #expect(set.hasMore && set.entries == 2)
        set.remove(try RelativePath("a"))
        set.remove(try RelativePath("b"))
        #expect(!set.isEmpty)
        set.removeTree(.root)
        #expect(set.isEmpty)
    }

    @Test("What stands for nothing any more is dropped when it is counted anew")
    func recount() throws {
        var set = try Self.set("a b c")
        set.recount { $0.description == "b" ? 0 : 5 }
        #expect(Self.text(set) == "a c" && set.entries == 10)
    }
}
