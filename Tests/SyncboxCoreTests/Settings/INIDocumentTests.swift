// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct INIDocumentTests {
    @Test(
        "A value is what stands between the equals sign and a comment",
        arguments: [
            ("k = v", "v"),
            ("k=v", "v"),
            ("  k\t=\tv\t", "v"),
            ("k = a = b", "a = b"),
            ("k =", ""),
            ("k = v ; comment", "v"),
            ("k = v # comment", "v"),
            ("k = v\t# comment", "v"),
            ("k = # comment", ""),
            ("k = a;b#c", "a;b#c"),
            ("k = \"#*#\" # comment", "\"#*#\""),
            ("k = *.tmp \"a ; b\" x ; y", "*.tmp \"a ; b\" x"),
            (#"k = "a\" # b" # c"#, #""a\" # b""#),
            ("k = a\"b # c\"", "a\"b"),
            ("k = caf\u{E9}", "caf\u{E9}"),
        ])
    func value(line: String, expected: String) throws {
        let document = read("[s]\n" + line)
        #expect(document.mistakes.isEmpty)
        #expect(document.section("s")?.values["k"]?.text == expected)
        #expect(document.section("s")?.values["k"]?.place.line == 2)
    }

    @Test(
        "Comments, empty lines, byte order marks and CRLF change nothing",
        arguments: [
            "[s]\nk = v",
            "[s]\nk = v\n",
            "[s]\r\nk = v\r\n",
            "\u{FEFF}[s]\nk = v\n",
            "# one\n; two\n\n   \n[s] ; three\n  # four\nk = v\n",
        ])
    func layout(text: String) {
        let document = read(text)
        #expect(document.mistakes.isEmpty)
        #expect(document.sections.map(\.name) == ["s"])
        #expect(document.section("s")?.values["k"]?.text == "v")
    }

    @Test(
        "What is no INI is reported with its line, and the rest is read all the same",
        arguments: [
            ("k = v\n[s]\na = 1", ["f:1: k: stands before the first section; write [section] above"]),
            ("[s]\na = 1\nword", ["f:3: [s]: word is no section, key or comment; write key = value"]),
            ("[s]\na = 1\n= x", ["f:3: [s]: = x is no section, key or comment; write key = value"]),
            ("[s]\na = 1\ntwo words = x", ["f:3: [s]: two words = x is no section, key or comment; write key = value"]),
            (
                "[s]\na = 1\n[t\nb = 1",
                ["f:3: [t is no section header; write [name] or [kind:name], of letters, digits, '-', '_' and '.'"]
            ),
            (
                "[s]\na = 1\n[]",
                ["f:3: [] is no section header; write [name] or [kind:name], of letters, digits, '-', '_' and '.'"]
            ),
            (
                "[s]\na = 1\n[a:b:c]",
                ["f:3: [a:b:c] is no section header; write [name] or [kind:name], of letters, digits, '-', '_' and '.'"]
            ),
            (
                "[s]\na = 1\n[t] x",
                ["f:3: [t] x is no section header; write [name] or [kind:name], of letters, digits, '-', '_' and '.'"]
            ),
            ("[s]\na = 1\na = 2", ["f:3: [s] a: the key is set in line 2 already; keep one of the two"]),
            ("[s]\na = 1\n[t]\n[s]", ["f:4: [s]: the section stands in line 1 already; put its keys there"]),
            (
                "[s]\na = 1\n[t]\n[s]\na = 2",
                [
                    "f:4: [s]: the section stands in line 1 already; put its keys there",
                    "f:5: [s] a: the key is set in line 2 already; keep one of the two",
                ]
            ),
            ("[s]\na = 1\nb = \u{1B}[2J", ["f:3: holds a control character; remove it"]),
            ("[s]\na = 1\nb = \u{0}", ["f:3: holds a control character; remove it"]),
            ("[s]\na = 1\rb = 2", ["f:2: holds a control character; remove it"]),
        ])
    func mistakes(text: String, expected: [String]) {
        let document = read(text)
        #expect(document.mistakes.map(\.description) == expected)
        #expect(document.section("s")?.place.line == (text.hasPrefix("[") ? 1 : 2))
        if !text.contains("\r") { #expect(document.section("s")?.values["a"]?.text == "1") }
    }

    @Test("Bytes that are not UTF-8 are reported with their line")
    func invalidUTF8() {
        let document = INIDocument(reading: SettingsFile(name: "f", bytes: Array("[s]\na = ".utf8) + [0xFF, 0xFE]))
        #expect(document.mistakes.map(\.description) == ["f:2: is not UTF-8 text; save the file as UTF-8"])
    }

    @Test("A drop-in overrides key by key, and each value keeps the place it came from")
    func override() {
        var document = read("[s]\na = 1\nb = 2\n", name: "main")
        document.override(with: read("\n[t]\nx = 9\n[s]\nb = 3\nc = 4\n", name: "drop-in"))
        #expect(document.sections.map(\.name) == ["s", "t"])
        let section = document.section("s")
        #expect(section?.keys == ["a", "b", "c"])
        #expect(section?.keys.map { section?.values[$0]?.text } == ["1", "3", "4"])
        let places = section?.keys.compactMap { section?.values[$0]?.place } ?? []
        #expect(places.map { "\($0.file):\($0.line)" } == ["main:2", "drop-in:5", "drop-in:6"])
        #expect(document.mistakes.isEmpty)
    }

    @Test("Any bytes are read without a crash, and a mistake never spans two lines")
    func anyBytes() {
        var generator = SplitMix(seed: 20_261_123)
        let alphabet = Array("[]=:;#\"\\ \t\r\nab.-".utf8) + [0x00, 0x1B, 0x7F, 0xC3, 0xA9, 0xEF, 0xBB, 0xBF, 0xFF]
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let document = INIDocument(reading: SettingsFile(name: "f", bytes: bytes))
            #expect(document.mistakes.allSatisfy { !$0.description.utf8.contains { $0 < 0x20 } }, "\(bytes)")
        }
    }

    private func read(_ text: String, name: String = "f") -> INIDocument {
        INIDocument(reading: SettingsFile(name: name, text: text))
    }
}
