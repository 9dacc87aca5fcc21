// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// What an ignore file at the root says about one path. `GitOracleTests` asks git the same, so that no row can be wrong.
struct IgnoreCase: Sendable, CustomStringConvertible {
    /// The file's content, a byte a character (Latin-1).
    let content: String
    /// The path, a byte a character; a directory ends with a slash.
    let path: String
    let isIgnored: Bool

    init(_ content: String, ignores path: String) {
        (self.content, self.path, isIgnored) = (content, path, true)
    }

    init(_ content: String, keeps path: String) {
        (self.content, self.path, isIgnored) = (content, path, false)
    }

    var description: String {
        "\(content.debugDescription) \(isIgnored ? "ignores" : "keeps") \(path.debugDescription)"
    }
    var isDirectory: Bool { path.hasSuffix("/") }
    var file: IgnoreFile { get throws { try IgnoreFile(latin1(content)) } }
    var relativePath: RelativePath { get throws { try RelativePath(latin1(path).trimmingSuffix("/")) } }
}

/// The bytes of `text`, each of whose characters stands for one.
func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
}

extension [UInt8] {
    func trimmingSuffix(_ character: Unicode.Scalar) -> [UInt8] {
        last == UInt8(ascii: character) ? dropLast() : self
    }
}

extension IgnoreCase {
    static let all = names + slashes + stars + brackets + escapes + lines + precedence

    private static let names = [
        IgnoreCase("foo", ignores: "foo"),
        IgnoreCase("foo", ignores: "foo/"),
        IgnoreCase("foo", ignores: "a/b/foo"),
        IgnoreCase("foo", ignores: "foo/a/b"),
        IgnoreCase("foo", keeps: "foo1"),
        IgnoreCase("foo", keeps: "1foo"),
        IgnoreCase("foo", keeps: "Foo"),
        IgnoreCase("*.tmp", ignores: "a.tmp"),
        IgnoreCase("*.tmp", ignores: ".tmp"),
        IgnoreCase("*.tmp", keeps: "a.tmp1"),
        IgnoreCase("~*", ignores: "~"),
        IgnoreCase("~*", ignores: "d/~lock"),
        IgnoreCase("~*", keeps: "a~"),
        IgnoreCase("a*z", ignores: "az"),
        IgnoreCase("a*z", ignores: "aZz"),
        IgnoreCase("a*a", keeps: "a"),
        IgnoreCase("a*b*c", ignores: "abbcbc"),
        IgnoreCase("a*b*c", keeps: "acb"),
        IgnoreCase("a**b", ignores: "axxb"),
        IgnoreCase("?", ignores: "x"),
        IgnoreCase("?", keeps: "xy"),
        IgnoreCase("a?c", ignores: "a\u{FF}c"),
        IgnoreCase("?\u{A9}", ignores: "\u{C3}\u{A9}"),
        IgnoreCase("?", keeps: "\u{C3}\u{A9}"),
        IgnoreCase("*", ignores: "a/b"),
        IgnoreCase("**", ignores: "a/b"),
    ]

    private static let slashes = [
        IgnoreCase("tmp/", ignores: "tmp/"),
        IgnoreCase("tmp/", ignores: "a/tmp/b"),
        IgnoreCase("tmp/", keeps: "tmp"),
        IgnoreCase("tmp/", keeps: "a/tmp"),
        IgnoreCase("/foo", ignores: "foo"),
        IgnoreCase("/foo", keeps: "a/foo"),
        IgnoreCase("/foo/", ignores: "foo/a"),
        IgnoreCase("/foo/", keeps: "foo"),
        IgnoreCase("a/foo", ignores: "a/foo"),
        IgnoreCase("a/foo", keeps: "b/a/foo"),
        IgnoreCase("/a/foo", ignores: "a/foo"),
        IgnoreCase("//foo", keeps: "foo"),
        IgnoreCase("/", keeps: "foo/"),
        IgnoreCase("//", keeps: "foo/"),
        IgnoreCase("foo//", keeps: "foo/"),
        IgnoreCase("foo/*", ignores: "foo/a/b"),
        IgnoreCase("foo/*", keeps: "foo/"),
        IgnoreCase("foo/*/b", ignores: "foo/a/b"),
        IgnoreCase("foo/*/b", keeps: "foo/b"),
        IgnoreCase("foo/*/b", keeps: "foo/a/a/b"),
        IgnoreCase("foo?bar", keeps: "foo/bar"),
        IgnoreCase("/foo*bar", keeps: "foo/bar"),
        IgnoreCase("a/b\\/", keeps: "a/b/"),
    ]

    private static let stars = [
        IgnoreCase("**/foo", ignores: "foo"),
        IgnoreCase("**/foo", ignores: "a/b/foo"),
        IgnoreCase("**/foo", keeps: "afoo"),
        IgnoreCase("**/a/b", ignores: "x/a/b"),
        IgnoreCase("**/a/b", ignores: "a/a/b"),
        IgnoreCase("**/a/b", keeps: "xa/b"),
        IgnoreCase("a/**", ignores: "a/b/c"),
        IgnoreCase("a/**", keeps: "a/"),
        IgnoreCase("a/**/", ignores: "a/b/c/"),
        IgnoreCase("a/**/", keeps: "a/b"),
        IgnoreCase("a/**/b", ignores: "a/b"),
        IgnoreCase("a/**/b", ignores: "a/x/y/b"),
        IgnoreCase("a/**/b", keeps: "a/xb"),
        IgnoreCase("a/***/b", ignores: "a/x/y/b"),
        IgnoreCase("**/", ignores: "a/"),
        IgnoreCase("**/", keeps: "a"),
        IgnoreCase("**/**/b", ignores: "b"),
        IgnoreCase("**/*a*/b*c", ignores: "x/a/xay/bbc"),
        IgnoreCase("**/*a*/b*c", keeps: "x/a/x/bbc"),
        IgnoreCase("**/a*/**/b*", ignores: "a/a1/c/b1"),
        IgnoreCase("*/**/x", ignores: "a/x"),
        IgnoreCase("*/**/x", keeps: "x"),
        IgnoreCase("**\\/x", ignores: "a/b/x"),
        IgnoreCase("**\\/x", keeps: "x"),
        IgnoreCase("a/x**/c", ignores: "a/xc"),
        IgnoreCase("a/x**/c", ignores: "a/x1/2/c"),
        IgnoreCase("?/x**/c", keeps: "a/xc"),
        IgnoreCase("?/x**/c", keeps: "a/x1/2/c"),
        IgnoreCase("!a/x**\na/x1/c\n!a/x**", keeps: "a/x1/c"),
    ]

    private static let brackets = [
        IgnoreCase("[abc]", ignores: "b"),
        IgnoreCase("[a-c]x", ignores: "cx"),
        IgnoreCase("[a-c]x", keeps: "dx"),
        IgnoreCase("[!a-c]", ignores: "d"),
        IgnoreCase("[^a-c]", keeps: "a"),
        IgnoreCase("[]]", ignores: "]"),
        IgnoreCase("[!]]", keeps: "]"),
        IgnoreCase("[]-a]", ignores: "^"),
        IgnoreCase("[a-]", ignores: "-"),
        IgnoreCase("[-a]", ignores: "-"),
        IgnoreCase("[c-a]", keeps: "b"),
        IgnoreCase("[a-c-e]", keeps: "d"),
        IgnoreCase("[a-c-e]", ignores: "-"),
        IgnoreCase("[\\]]", ignores: "]"),
        IgnoreCase("[a-\\c]", ignores: "b"),
        IgnoreCase("[\\a-c]", ignores: "b"),
        IgnoreCase("[\\-]", ignores: "-"),
        IgnoreCase("[[]", ignores: "["),
        IgnoreCase("[[:alpha:]]", ignores: "q"),
        IgnoreCase("[[:alpha:]]", keeps: "1"),
        IgnoreCase("[![:alpha:]]", ignores: "1"),
        IgnoreCase("[[:digit:][:upper:]]", ignores: "Q"),
        IgnoreCase("[[:digit:]-z]", keeps: "a"),
        IgnoreCase("[[:space:]]", keeps: "\u{0B}"),
        IgnoreCase("[[:space:]]", ignores: "\u{0D}"),
        IgnoreCase("[[:foo:]]", keeps: "f"),
        IgnoreCase("[[:alpha:]", keeps: "a"),
        IgnoreCase("[[:]", ignores: ":"),
        IgnoreCase("[[::]]", keeps: ":]"),
        IgnoreCase("[[:alpha]", ignores: "["),
        IgnoreCase("[a", keeps: "[a"),
        IgnoreCase("[a-", keeps: "a"),
        IgnoreCase("a[/]b", keeps: "a/b"),
        IgnoreCase("/a[!b]c", keeps: "a/c"),
        IgnoreCase("[\u{80}-\u{FF}]", ignores: "\u{C3}"),
    ]

    private static let escapes = [
        IgnoreCase("\\*", ignores: "*"),
        IgnoreCase("\\*", keeps: "a"),
        IgnoreCase("\\f\\o", ignores: "fo"),
        IgnoreCase("a\\\\b", ignores: "a\\b"),
        IgnoreCase("foo\\", keeps: "foo\\"),
        IgnoreCase("foo\\", keeps: "foo"),
        IgnoreCase("\\!foo", ignores: "!foo"),
        IgnoreCase("\\#foo", ignores: "#foo"),
        IgnoreCase("a!", ignores: "a!"),
        IgnoreCase("a#b", ignores: "a#b"),
        IgnoreCase("!!a", keeps: "!a"),
        IgnoreCase("*\n!!a", keeps: "!a"),
        IgnoreCase("*\n!\\!a", keeps: "!a"),
    ]

    private static let lines = [
        IgnoreCase("#foo", keeps: "#foo"),
        IgnoreCase(" #foo", ignores: " #foo"),
        IgnoreCase("\n\n  \nfoo", ignores: "foo"),
        IgnoreCase("foo  ", ignores: "foo"),
        IgnoreCase("foo\\ ", ignores: "foo "),
        IgnoreCase("foo\\  ", ignores: "foo "),
        IgnoreCase("foo \\ ", ignores: "foo  "),
        IgnoreCase("foo\\\\ ", ignores: "foo\\"),
        IgnoreCase("foo\t", keeps: "foo"),
        IgnoreCase("foo\t", ignores: "foo\t"),
        IgnoreCase(" foo", keeps: "foo"),
        IgnoreCase("foo \n", ignores: "foo"),
        IgnoreCase("foo\r\nbar\r\n", ignores: "foo"),
        IgnoreCase("foo \r\nbar", ignores: "foo"),
        IgnoreCase("foo\nbar\r", ignores: "bar"),
        IgnoreCase("foo\r\r\n", ignores: "foo\r"),
        IgnoreCase("\r\nfoo", ignores: "foo"),
        IgnoreCase("#a\r\nfoo/\r\n", ignores: "foo/"),
        IgnoreCase("\u{EF}\u{BB}\u{BF}foo", ignores: "foo"),
        IgnoreCase("\u{EF}\u{BB}\u{BF}#foo", keeps: "#foo"),
        IgnoreCase("foo\u{00}bar\nbaz", ignores: "foo"),
        IgnoreCase("foo\u{00}bar\nbaz", keeps: "foobar"),
        IgnoreCase("foo \u{00}\n", ignores: "foo"),
    ]

    private static let precedence = [
        IgnoreCase("foo\n!foo", keeps: "foo"),
        IgnoreCase("!foo\nfoo", ignores: "foo"),
        IgnoreCase("*.log\n!keep.log", keeps: "a/keep.log"),
        IgnoreCase("a\n!a/b", ignores: "a/b"),
        IgnoreCase("a/*\n!a/b", keeps: "a/b"),
        IgnoreCase("/*\n!/a\n/a/*\n!/a/b", keeps: "a/b"),
        IgnoreCase("/*\n!/a\n/a/*\n!/a/b", ignores: "a/c"),
        IgnoreCase("*\n!*/\n!*.c", keeps: "a/b/x.c"),
        IgnoreCase("*\n!*/\n!*.c", ignores: "a/b/x.o"),
        IgnoreCase("foo\n!foo/", ignores: "foo"),
        IgnoreCase("foo\n!foo/", keeps: "foo/"),
        IgnoreCase("foo\n![", ignores: "foo"),
    ]
}
