// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct PrintableBytesTests {
    @Test(
        "What a terminal or a log could misread is shown as hexadecimal digits",
        arguments: [
            ([], ""), ([0x61, 0x20, 0x7E], "a ~"), ([0x5C], "\\\\"), ([0x5C, 0x78, 0x34, 0x31], "\\\\x41"),
            ([0x0A], "\\x0A"), ([0x00], "\\x00"), ([0x1B, 0x5B], "\\x1B["), ([0x7F], "\\x7F"),
            // UTF-8: é, €, an emoji, a combining accent by itself.
            ([0xC3, 0xA9], "é"), ([0xE2, 0x82, 0xAC], "€"), ([0xF0, 0x9F, 0x98, 0x80], "😀"), ([0xCC, 0x81], "\u{301}"),
            // No UTF-8: lone bytes, cut off, overlong, a surrogate, beyond Unicode.
            ([0xFF], "\\xFF"), ([0x80], "\\x80"), ([0xC3], "\\xC3"), ([0xC3, 0x61], "\\xC3a"),
            ([0xE2, 0x82], "\\xE2\\x82"),
            ([0xC0, 0xAF], "\\xC0\\xAF"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
            ([0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
            // Valid UTF-8 that moves or hides text: C1 control, right-to-left override, zero width space, line separator.
            ([0xC2, 0x85], "\\xC2\\x85"), ([0xE2, 0x80, 0xAE], "\\xE2\\x80\\xAE"),
            ([0xE2, 0x80, 0x8B], "\\xE2\\x80\\x8B"),
            ([0xE2, 0x80, 0xA8], "\\xE2\\x80\\xA8"), ([0xEF, 0xBB, 0xBF], "\\xEF\\xBB\\xBF"),
        ] as [([UInt8], String)])
    func text(bytes: [UInt8], text: String) {
        #expect(PrintableBytes.text(bytes).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test("Different bytes give different texts: the text can be read back", arguments: 0..<200 as Range<UInt64>)
    func reversible(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let pool: [UInt8] = Array(0...255) + Array("\\x0aFé€😀\u{202E}".utf8)
        let bytes = (0..<40).map { _ in pool[Int.random(in: pool.indices, using: &random)] }
        #expect(try readBack(PrintableBytes.text(bytes)) == bytes)
    }

    private func readBack(_ text: String) throws -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let next = rest.popFirst()
            if try #require(next) == UInt8(ascii: "x") {
                bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
