// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct RelativePathTests {
    private static let longName = String(repeating: "n", count: 255)
    /// 16 names of 255 bytes: 4,095 bytes with their slashes.
    private static let longPath = Array(repeating: longName, count: 16).joined(separator: "/")

    @Test(
        "Every name that Linux allows is allowed",
        arguments: [
            "", "a", "a/b/c", ".a", "...", "..a", "a..", " ", "-", "~", "\\", "*", "\n", "\u{7F}", "é", "a b/ c",
            longName,
            longPath,
        ])
    func accepted(text: String) throws {
        #expect(try RelativePath(text).bytes == Array(text.utf8))
    }

    @Test(
        "What could leave the root, or is no path, is refused",
        arguments: [
            ("/", PathError.emptyName), ("/a", .emptyName), ("a/", .emptyName), ("a//b", .emptyName), (".", .dots),
            ("..", .dots), ("../a", .dots), ("a/..", .dots), ("a/../b", .dots), ("a/./b", .dots), ("./a", .dots),
            ("\0", .nul), ("a\0b", .nul), ("a/b\0", .nul), (longName + "n", .nameTooLong(256)),
            ("a/" + longName + "n", .nameTooLong(256)), (longPath + "/", .pathTooLong(4096)),
        ])
    func refused(text: String, error: PathError) {
        #expect(throws: error) { try RelativePath(text) }
    }

    @Test("Names are bytes: what Unicode calls equal is different, and what is no UTF-8 is as good")
    func bytes() throws {
        let composed = try RelativePath("\u{E9}"), decomposed = try RelativePath("e\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(try RelativePath([0xFF, 0x2F, 0x80]).components.map(Array.init) == [[0xFF], [0x80]])
    }

    @Test(
        "A path knows its name, its parent and all directories above",
        arguments: [
            ("", "", nil, [], 0), ("a", "a", "", [""], 1), ("a/b", "b", "a", ["", "a"], 2),
            ("a/b/c", "c", "a/b", ["", "a", "a/b"], 3),
        ] as [(String, String, String?, [String], Int)])
    func parts(text: String, name: String, parent: String?, ancestors: [String], depth: Int) throws {
        let path = try RelativePath(text)
        #expect(Array(path.name) == Array(name.utf8))
        #expect(try path.parent == parent.map { try RelativePath($0) })
        #expect(try path.ancestors == ancestors.map { try RelativePath($0) })
        #expect(path.depth == depth)
        #expect(
            path.components.map { String(decoding: $0, as: UTF8.self) } == text.split(separator: "/").map(String.init))
        #expect(path.isRoot == text.isEmpty)
    }

    @Test("A name is appended with a slash, except to the root")
    func appending() throws {
        #expect(try RelativePath.root.appending("a".utf8) == RelativePath("a"))
        #expect(try RelativePath("a/b").appending("c".utf8) == RelativePath("a/b/c"))
        let longest = try RelativePath(String(Self.longPath.dropLast(2)))
        let deep = try RelativePath(String(repeating: "d/", count: RelativePath.deepest - 1) + "d")
        #expect(throws: PathError.tooDeep(RelativePath.deepest + 1)) { try deep.appending("d".utf8) }
        #expect(throws: PathError.tooDeep(RelativePath.deepest + 1)) { try RelativePath(deep.bytes + Array("/d".utf8)) }
        #expect(try RelativePath(String(Self.longPath.dropLast(256))).appending(Self.longName.utf8).bytes.count == 4095)
        #expect(throws: PathError.pathTooLong(4096)) { try longest.appending("ab".utf8) }
    }

    @Test(
        "Only a single name is appended",
        arguments: [
            ("", PathError.emptyName), (".", .dots), ("..", .dots), ("a/b", .slash), ("/", .slash), ("a\0", .nul),
            (longName + "n", .nameTooLong(256)),
        ])
    func appendingRefused(name: String, error: PathError) {
        #expect(throws: error) { try RelativePath("d").appending(name.utf8) }
    }

    @Test(
        "What is below a directory begins with its names",
        arguments: [
            ("a/b", "a", true), ("a/b/c", "a", true), ("a", "", true), ("a", "a", false), ("", "", false),
            ("ab", "a", false),
            ("ab/c", "a", false), ("a", "a/b", false), ("b/a/c", "a", false), ("", "a", false),
        ])
    func isBelow(path: String, directory: String, isBelow: Bool) throws {
        #expect(try RelativePath(path).isBelow(RelativePath(directory)) == isBelow)
    }

    @Test(
        "What is renamed takes what is below along",
        arguments: [
            ("a", "a", "b", "b"), ("a/x/y", "a", "b", "b/x/y"), ("a/x", "a", "b/c/d", "b/c/d/x"),
            ("a/b/x", "a/b", "c", "c/x"),
            ("a/x", "a", "", "x"), ("x/y", "", "a", "a/x/y"), ("", "", "a", "a"), ("a/a/x", "a", "a/a", "a/a/a/x"),
            ("ab", "a", "b", nil), ("b/a", "a", "c", nil), ("a", "a/b", "c", nil), ("", "a", "b", nil),
            ("a/" + longPath.dropFirst(4), "a", "abcd", nil),
        ] as [(String, String, String, String?)])
    func moved(path: String, old: String, new: String, result: String?) throws {
        let moved = try RelativePath(path).moved(from: RelativePath(old), to: RelativePath(new))
        #expect(try moved == result.map { try RelativePath($0) })
    }

    @Test("A directory comes directly before everything below it")
    func order() throws {
        // Bytes that sort before a slash and after it, some of them in names that continue others.
        let pieces: [[UInt8]] = [
            [0x01], [0x20], [0x2D], [0x2E, 0x61], [0x30], [0x61], [0x61, 0x2D], [0x61, 0x30], [0xFF],
        ]
        var paths = [RelativePath.root]
        for parent in paths { paths += try pieces.map { try parent.appending($0) } }
        for parent in paths.dropFirst() { paths += try pieces.map { try parent.appending($0) } }
        var random = SplitMix(seed: 1)
        let sorted = paths.shuffled(using: &random).sorted()
        for (index, directory) in sorted.enumerated() {
            let below = sorted.filter { $0.isBelow(directory) }
            #expect(Array(sorted[(index + 1)...].prefix(below.count)) == below)
        }
        // The same order by another way: name by name.
        #expect(
            sorted
                == paths.sorted {
                    $0.components.lexicographicallyPrecedes($1.components) { $0.lexicographicallyPrecedes($1) }
                })
    }

    @Test(
        "System calls get the bytes and a NUL, and a dot for the root",
        arguments: [("", "."), ("a/b", "a/b"), ("é", "é")])
    func cString(path: String, text: String) throws {
        #expect(try RelativePath(path).withCString { String(cString: $0) } == text)
    }

    @Test("Logs show a path as safe text", arguments: [("", "."), ("a/é", "a/é"), ("a\u{1B}[2J", "a\\x1B[2J")])
    func description(path: String, text: String) throws {
        #expect(try RelativePath(path).description == text)
    }
}
