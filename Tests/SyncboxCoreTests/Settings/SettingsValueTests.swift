// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct SettingsValueTests {
    @Test(
        "A duration is a number with a unit, or several from long to short",
        arguments: [
            ("20ms", Duration.milliseconds(20)),
            ("2s", .seconds(2)),
            ("5min", .seconds(300)),
            ("7d", .seconds(604_800)),
            ("1w", .seconds(604_800)),
            ("3h", .seconds(10_800)),
            ("15us", .microseconds(15)),
            ("1min 30s", .seconds(90)),
            ("1min30s", .seconds(90)),
            ("1h 1ms", .milliseconds(3_600_001)),
            ("0s", .zero),
        ])
    func duration(text: String, expected: Duration) throws {
        #expect(try SettingsValue.duration(text) == expected)
    }

    @Test(
        "What is no duration says why",
        arguments: [
            ("", "is no duration"),
            ("20", "has no unit"),
            ("1s 20", "has no unit"),
            ("ms", "is no duration"),
            ("1.5s", "has no unit '.'"),
            ("-1s", "is no duration"),
            ("5m", "has no unit 'm'"),
            ("5 s", "has no unit"),
            ("1s 1min", "has its units out of order"),
            ("1s 1s", "has its units out of order"),
            ("99999999999999999999s", "is too long to count"),
            ("9999999999999w", "is too long to count"),
            ("15000000w 9223372036854775807us", "is too long to count"),
        ])
    func noDuration(text: String, wrong: String) {
        #expect(mistake { () throws(SettingsValue.Mistake) in try SettingsValue.duration(text) }?.wrong == wrong)
    }

    @Test(
        "A duration's text reads back as the same duration",
        arguments: [
            (Duration.zero, "0s"), (.microseconds(1), "1us"), (.milliseconds(1_500), "1s 500ms"),
            (.seconds(90), "1min 30s"), (.seconds(3600), "1h"), (.seconds(694_861), "1w 1d 1h 1min 1s"),
        ])
    func durationText(duration: Duration, text: String) throws {
        #expect(SettingsValue.text(of: duration) == text)
        #expect(try SettingsValue.duration(text) == duration)
    }

    @Test("A duration out of range is told the range")
    func durationRange() {
        let found = mistake { () throws(SettingsValue.Mistake) in
            try SettingsValue.duration("2h", in: .milliseconds(1)...(.seconds(90)))
        }
        #expect(found == .init("is out of range", right: "write a duration from 1ms to 1min 30s"))
    }

    @Test(
        "A size is a number of bytes, with a unit of 1024",
        arguments: [
            ("0", UInt64(0)), ("512", 512), ("4K", 4_096), ("64M", 67_108_864), ("1G", 1_073_741_824),
            ("2T", 2_199_023_255_552), ("18446744073709551615", UInt64.max), ("16777215T", 18_446_742_974_197_923_840),
        ])
    func size(text: String, expected: UInt64) throws {
        #expect(try SettingsValue.size(text) == expected)
    }

    @Test(
        "What is no size says why",
        arguments: [
            ("", "is no size"), ("K", "is no size"), ("-1", "is no size"), ("4k", "has no unit 'k'"),
            ("4KB", "has no unit 'KB'"), ("4 K", "has no unit ' K'"), ("1.5G", "has no unit '.5G'"),
            ("18446744073709551616", "is too large to count"), ("16777216T", "is too large to count"),
        ])
    func noSize(text: String, wrong: String) {
        #expect(mistake { () throws(SettingsValue.Mistake) in try SettingsValue.size(text) }?.wrong == wrong)
    }

    @Test("A size out of range is told the range")
    func sizeRange() {
        let found = mistake { () throws(SettingsValue.Mistake) in
            try SettingsValue.size("1K", in: 4_096...1_073_741_824)
        }
        #expect(found == .init("is out of range", right: "write a size from 4K to 1G"))
    }

    @Test("A percentage may carry its sign", arguments: [("50", 50), ("50%", 50), ("0", 0), ("100%", 100)])
    func percentage(text: String, expected: Int) throws {
        #expect(try SettingsValue.percentage(text) == expected)
    }

    @Test(
        "What is no whole number in the range says why",
        arguments: [
            ("", "is no whole number"), ("%", "is no whole number"), ("5.5", "is no whole number"),
            ("+5", "is no whole number"), ("101", "is out of range"), ("-1", "is no whole number"),
            ("99999999999999999999", "is out of range"), ("\u{0665}", "is no whole number"),
        ])
    func noPercentage(text: String, wrong: String) {
        let found = mistake { () throws(SettingsValue.Mistake) in try SettingsValue.percentage(text) }
        #expect(found == .init(wrong, right: "write a whole number from 0 to 100"))
    }

    @Test(
        "Words stand between white space; quotes keep spaces and comment signs",
        arguments: [
            ("", []),
            ("a", ["a"]),
            ("a b\tc  d", ["a", "b", "c", "d"]),
            (##"*.tmp "#*#" "two words" ~*"##, ["*.tmp", "#*#", "two words", "~*"]),
            (##"\#a "b\c" "d\"e""##, [##"\#a"##, #"b\c"#, #"d"e"#]),
            (#"a"b"#, [#"a"b"#]),
        ])
    func words(text: String, expected: [String]) throws {
        #expect(try SettingsValue.words(text) == expected)
    }

    @Test(
        "A list with a wrong quote says why",
        arguments: [
            (#"a "b"#, "holds a quote that is not closed"), (#""a"b"#, "goes on right after a quote"),
            (#"a """#, "holds an empty word"),
        ])
    func noWords(text: String, wrong: String) {
        #expect(mistake { () throws(SettingsValue.Mistake) in try SettingsValue.words(text) }?.wrong == wrong)
    }

    @Test(
        "An absolute path loses what doesn't count",
        arguments: [
            ("/srv/src", "/srv/src"), ("/srv/src/", "/srv/src"), ("//srv/./src", "/srv/src"), ("/", "/"),
            ("/with space", "/with space"), (#""/a # b""#, "/a # b"),
            ("/..a/b..", "/..a/b.."), ("/\u{E4}/\u{61}\u{308}", "/\u{E4}/\u{61}\u{308}"),
        ])
    func absolutePath(text: String, expected: String) throws {
        let path = try SettingsValue.absolutePath(text)
        // Names are bytes: canonically equal ones are different.
        #expect(Array(path.utf8) == Array(expected.utf8))
    }

    @Test(
        "What is no absolute path says why",
        arguments: [
            ("", "has no value"), ("srv", "is no absolute path"), ("~/src", "is no absolute path"),
            ("/srv/../etc", "holds '..'"), ("/" + String(repeating: "a/", count: 2_048), "is 4097 bytes long"),
            ("/" + String(repeating: "n", count: 256), "holds a name that is too long"),
            (#""/a" "/b""#, "is more than one text"),
        ])
    func noAbsolutePath(text: String, wrong: String) {
        #expect(mistake { () throws(SettingsValue.Mistake) in try SettingsValue.absolutePath(text) }?.wrong == wrong)
    }

    @Test("A name is short and plain", arguments: ["a", "src", "my-share_2.0", String(repeating: "x", count: 64)])
    func name(text: String) throws {
        #expect(try SettingsValue.name(text) == text)
    }

    @Test(
        "What is no name says why",
        arguments: [
            ("", "is 0 characters long"), (String(repeating: "x", count: 65), "is 65 characters long"),
            (".hidden", "starts with a dot"), ("a/b", "holds a character that a name must not have"),
            ("a b", "holds a character that a name must not have"),
            ("\u{E4}", "holds a character that a name must not have"),
        ])
    func noName(text: String, wrong: String) {
        #expect(mistake { () throws(SettingsValue.Mistake) in try SettingsValue.name(text) }?.wrong == wrong)
    }

    private func mistake<Value>(
        _ read: () throws(SettingsValue.Mistake) -> Value
    ) -> SettingsValue.Mistake? {
        do {
            _ = try read()
            return nil
        } catch {
            return error
        }
    }
}
