// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct IgnoreFileTests {
    @Test("A file means what gitignore(5) says", arguments: IgnoreCase.all)
    func decides(row: IgnoreCase) throws {
        var rules = IgnoreRules()
        rules.set(try row.file, in: .root)
        #expect(try rules.isIgnored(row.relativePath, isDirectory: row.isDirectory) == row.isIgnored)
    }

    @Test(
        "A POSIX class holds the ASCII bytes that it names",
        arguments: [
            ("alnum", "09AZaz", "/:@[`{ _\u{E9}"), ("alpha", "AZaz", "09@[`{\u{E9}"), ("blank", " \t", "\n\r\u{0B}a"),
            ("cntrl", "\u{01}\n\u{1F}\u{7F}", " a\u{80}"), ("digit", "09", "/:a"), ("graph", "!~a0", " \u{7F}\u{80}"),
            ("lower", "az", "AZ0`{"), ("print", " !~a", "\u{1F}\u{7F}\u{80}"), ("punct", "!:@[`{~", "a0 \u{7F}"),
            ("space", " \t\n\r", "\u{0B}\u{0C}a"), ("upper", "AZ", "az0@["), ("xdigit", "09AFaf", "Gg/:@`"),
        ])
    func posixClass(name: String, members: String, others: String) throws {
        var rules = IgnoreRules()
        rules.set(try IgnoreFile(latin1("[[:\(name):]]")), in: .root)
        for (bytes, isMember) in [(latin1(members), true), (latin1(others), false)] {
            for byte in bytes where byte != UInt8(ascii: "/") {
                #expect(try rules.isIgnored(RelativePath([byte]), isDirectory: false) == isMember, "byte \(byte)")
            }
        }
    }

    @Test(
        "A file that passes a limit by one byte is refused whole",
        arguments: [
            ("#\n", 1 << 19, "#", IgnoreFileError.fileTooLong(1_048_577)),
            ("xxxx", 1 << 10, "x", .lineTooLong(line: 1, length: 4097)),
            ("a\n#\n", 10_000, "a", .tooManyPatterns(line: 20_001)),
        ])
    func limits(piece: String, count: Int, last: String, error: IgnoreFileError) {
        let content = String(repeating: piece, count: count)
        #expect(throws: Never.self) { try IgnoreFile(content.utf8) }
        #expect(throws: error) { try IgnoreFile((content + last).utf8) }
    }

    @Test(
        "The worst patterns take no longer than the product of the lengths",
        .timeLimit(.minutes(1)),
        arguments: [
            String(repeating: "*a", count: 2040) + "[b]",
            "**/" + String(repeating: "*a", count: 120) + "*[b]",
            "**/" + String(repeating: "*a/", count: 1300) + "*[b]",
            String(repeating: "**/a/", count: 800) + "[b]*",
            "**/*" + String(repeating: "a", count: 127) + "[b]",
        ])
    func worstPatterns(pattern: String) throws {
        // Whoever tries every star at every place needs some 2 to the power of a hundred steps for these.
        var rules = IgnoreRules()
        rules.set(try IgnoreFile(pattern.utf8), in: .root)
        for length in [1, 15, 255] {
            let name = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            let count = min(RelativePath.deepest, (RelativePath.longestPath + 1) / (length + 1))
            let names = Array(repeating: name, count: count)
            let parent = try RelativePath(names.dropLast().joined(separator: [UInt8(ascii: "/")]))
            let isIgnored = rules.rules(in: parent).isIgnored(name.span, isDirectory: false)
            #expect(!isIgnored)
        }
    }
}
