// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

struct PercentEncodingTests {
    @Test("Every byte survives the way there and back, alone and between others", arguments: UInt8.min...UInt8.max)
    func everyByte(byte: UInt8) {
        for bytes in [[byte], [0x61, byte, 0x2F, byte], [byte, byte]] {
            #expect(PercentEncoding.decode(PercentEncoding.encode(bytes)) == bytes)
        }
    }

    @Test("Foundation encodes the same, so both sides and other programs agree")
    func agreesWithFoundation() {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        let allowed = CharacterSet(charactersIn: "-._~/0123456789" + letters + letters.uppercased())
        let text = String(String.UnicodeScalarView((1..<0x500).compactMap(Unicode.Scalar.init)))
        #expect(PercentEncoding.encode(Array(text.utf8)) == text.addingPercentEncoding(withAllowedCharacters: allowed))
    }

    @Test(
        "A path is encoded in one way only",
        arguments: [
            (Array("a/b c.txt".utf8), "a/b%20c.txt"), (Array("100%".utf8), "100%25"),
            (Array("a?b#c".utf8), "a%3Fb%23c"),
            (Array("~u/-x_.y".utf8), "~u/-x_.y"), ([0xC3, 0xBC], "%C3%BC"), ([0xFF, 0x00, 0xC3], "%FF%00%C3"),
            (Array("a+b&c=d".utf8), "a%2Bb%26c%3Dd"), ([], ""),
        ])
    func encodes(bytes: [UInt8], encoded: String) {
        #expect(PercentEncoding.encode(bytes) == encoded)
    }

    @Test(
        "Digits in lower case and what other programs leave unencoded are read",
        arguments: ["a+b@c:d", "%c3%BC", "(1)"])
    func reads(text: String) {
        #expect(PercentEncoding.decode(text) == Array((text.removingPercentEncoding ?? "").utf8))
    }

    @Test(
        "A '%' without two hexadecimal digits behind it is refused",
        arguments: ["%", "ab%4", "%4g", "%g4", "%%41", "%+1", "% 1", "%-1", "a%", "%ü1"])
    func refuses(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
