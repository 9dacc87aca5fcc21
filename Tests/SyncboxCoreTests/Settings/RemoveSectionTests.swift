// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct RemoveSectionTests {
    private static let cases: [(text: String, expected: String?)] = [
        ("[server]\n[key:a]\nhash = 1\n", "[server]\n"),
        (
            "[server]\n\n# A's\n[key:a]\nhash = 1\n\n# B's\n[key:b]\nhash = 2\n",
            "[server]\n\n# A's\n\n# B's\n[key:b]\nhash = 2\n"
        ),
        ("[key:a] ; a comment\nhash = 1\n; inside\nshares = x\n[key:b]\nhash = 2", "[key:b]\nhash = 2"),
        ("[key:a]", ""), ("[key:a]\r\nhash = 1\r\n\r\n[key:b]\r\n", "\r\n[key:b]\r\n"),
        ("[server]\n# [key:a]\n", nil), ("[key:ab]\n", nil), ("", nil),
    ]

    @Test("A section is taken out, and everything else stays to the byte", arguments: cases)
    func remove(text: String, expected: String?) {
        let file = SettingsFile(name: "f", text: text)
        #expect(file.removing(section: "key:a").map { String(decoding: $0.bytes, as: UTF8.self) } == expected)
    }
}
