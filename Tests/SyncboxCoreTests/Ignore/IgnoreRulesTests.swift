// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct IgnoreRulesTests {
    private func rules(base: String = "", _ files: [String: String]) throws -> IgnoreRules {
        var rules = IgnoreRules(base: try IgnoreFile(base.utf8))
        for (directory, content) in files { rules.set(try IgnoreFile(content.utf8), in: try RelativePath(directory)) }
        return rules
    }

    private func ignored(of paths: [String], by rules: IgnoreRules) throws -> [String] {
        try paths.filter { path in
            let isDirectory = path.hasSuffix("/")
            return try rules.isIgnored(
                RelativePath(isDirectory ? String(path.dropLast()) : path), isDirectory: isDirectory)
        }
    }

    @Test("Without rules nothing is ignored, and the root never is")
    func nothing() throws {
        #expect(try ignored(of: ["a", "a/b", "tmp/"], by: IgnoreRules()) == [])
        #expect(try !rules(["": "*\n/**\n**/"]).isIgnored(.root, isDirectory: true))
    }

    @Test(
        "The default patterns ignore what programs leave behind",
        arguments: [
            ("a.tmp", true), ("~lock", true), (".a.swp", true), ("d/x.temp", true), ("temp/", true), ("d/tmp/", true),
            ("tmp/a/b", true), ("temp", false), ("tmp", false), ("a.tmp.txt", false), ("a~", false), ("a.swpx", false),
        ])
    func defaults(path: String, isIgnored: Bool) throws {
        let rules = try rules(base: "*.tmp\n~*\n*.swp\n*.temp\ntemp/\ntmp/", [:])
        #expect(try ignored(of: [path], by: rules) == (isIgnored ? [path] : []))
    }

    @Test("A deeper file has more say, and the configured patterns have the least")
    func precedence() throws {
        let rules = try rules(base: "*.o\n*.tmp", ["": "!keep.tmp\n*.log", "a": "!*.log", "a/b": "*.log\n!x.o"])
        let paths = ["x.o", "keep.tmp", "x.tmp", "x.log", "a/x.log", "a/c/x.log", "a/b/x.log", "a/b/x.o", "a/x.o"]
        #expect(try ignored(of: paths, by: rules) == ["x.o", "x.tmp", "x.log", "a/b/x.log", "a/x.o"])
    }

    @Test("A slash anchors a pattern to its file's directory")
    func anchoring() throws {
        let rules = try rules(base: "/a/one", ["a": "/two\nb/three", "a/b": "**/four/*"])
        let paths = [
            "a/one", "one", "b/a/one", "a/two", "two", "a/b/two", "a/b/three", "a/c/b/three", "a/b/four/x",
            "a/b/c/four/x", "a/four/x",
        ]
        #expect(
            try ignored(of: paths, by: rules)
                == ["a/one", "a/two", "a/b/three", "a/b/four/x", "a/b/c/four/x"])
    }

    @Test("Nothing below an ignored directory is included again")
    func ignoredDirectory() throws {
        let rules = try rules(["": "out/\n!out/keep", "out": "!*", "out/deep": "!*"])
        #expect(try ignored(of: ["out/", "out/keep", "out/deep/", "out/deep/x"], by: rules).count == 4)
    }

    @Test("A file that is gone has no say")
    func unset() throws {
        var rules = try rules(["": "*.o", "a": "!*.o"])
        rules.set(nil, in: try RelativePath("a"))
        #expect(try ignored(of: ["x.o", "a/x.o"], by: rules) == ["x.o", "a/x.o"])
        rules.set(nil, in: .root)
        #expect(try ignored(of: ["x.o", "a/x.o"], by: rules) == [])
    }

    @Test("A directory that is gone takes its files and those below along, and no others")
    func removal() throws {
        let paths = ["x", "a/x", "a/b/x", "a/b/c/x", "ab/x", "b/x"]
        var rules = try rules(["a": "x", "a/b": "x", "a/b/c": "x", "ab": "x", "b": "x"])
        rules.removeAll(in: try RelativePath("a/b"))
        rules.set(nil, in: try RelativePath("a"))
        #expect(try ignored(of: paths, by: rules) == ["ab/x", "b/x"])
        rules.removeAll(in: .root)
        #expect(try ignored(of: paths, by: rules) == [])
    }

    @Test("A renamed directory takes its files along, in place of those of the directory that was there")
    func move() throws {
        var rules = try rules(["a": "one", "a/b": "/two", "c": "three", "c/d": "four", "ab": "five"])
        rules.move(from: try RelativePath("a"), to: try RelativePath("c"))
        let paths = ["a/one", "a/b/two", "c/one", "c/b/two", "c/three", "c/d/four", "ab/five"]
        #expect(try ignored(of: paths, by: rules) == ["c/one", "c/b/two", "ab/five"])
        rules.move(from: try RelativePath("c"), to: try RelativePath("e/f/g"))
        #expect(try ignored(of: ["c/one", "e/f/g/one", "e/f/g/b/two"], by: rules) == ["e/f/g/one", "e/f/g/b/two"])
    }

    @Test("A directory without files that takes another's name takes its rules away")
    func moveOver() throws {
        var rules = try rules(["c": "three", "c/d": "four"])
        rules.move(from: try RelativePath("a"), to: try RelativePath("c"))
        #expect(try ignored(of: ["c/three", "c/d/four"], by: rules) == [])
    }

    @Test("Ignore files are not ignored by themselves")
    func ownName() throws {
        #expect(try ignored(of: [IgnoreRules.fileName], by: rules(["": "*.tmp"])) == [])
    }
}
