// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct KeySecretTests {
    @Test("A generated secret is the prefix and the digits of its bytes, and reads back from its file")
    func generated() throws {
        let secret = KeySecret(randomBytes: (0..<32).map { UInt8($0) })
        #expect(secret.text == "syncbox_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(try KeySecret(keyFile: secret.text.utf8) == secret)
        #expect(try KeySecret(keyFile: (secret.text + "\n").utf8) == secret)
        #expect(try KeySecret(keyFile: (secret.text + "\r\n").utf8) == secret)
    }

    @Test("A secret doesn't print itself")
    func silence() {
        let secret = KeySecret(randomBytes: Array(repeating: 7, count: 32))
        #expect("\(secret)" == "syncbox_…")
        #expect(String(reflecting: secret) == "syncbox_…")
    }

    @Test(
        "A file that holds no secret says why, without repeating it",
        arguments: [
            ("", "holds 0 characters"), ("short", "holds 5 characters"),
            (String(repeating: "x", count: 513), "holds 513 characters"),
            ("two words are no secret at all", "holds a character that no secret has"),
            ("0123456789abcdef\n0123456789abcdef\n", "holds a character that no secret has"),
            ("0123456789abcdef\r\nX-Header: 1", "holds a character that no secret has"),
            ("0123456789abcdef\u{E4}", "holds a character that no secret has"),
        ])
    func noSecret(content: String, wrong: String) {
        #expect(
            throws: SettingsValue.Mistake(wrong, right: "write the secret that syncbox key new made, and nothing else")
        ) { try KeySecret(keyFile: content.utf8) }
    }
}
