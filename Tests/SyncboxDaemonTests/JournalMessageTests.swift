// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import SyncboxDaemon
import Testing

@Suite("JournalMessage")
struct JournalMessageTests {
    @Test("The catalog explains exactly the messages that there are")
    func catalog() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let catalog = try String(contentsOf: root.appending(path: "systemd/syncbox.catalog"), encoding: .utf8)
        let explained = catalog.split(separator: "\n").filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(explained.sorted() == JournalMessage.allCases.map(\.rawValue).sorted())
    }

    @Test("An identifier is what the journal takes for one: 128 bits, not all zero", arguments: JournalMessage.allCases)
    func identifier(message: JournalMessage) {
        #expect(message.rawValue.count == 32)
        #expect(message.rawValue.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(message.metadata(["part": "commit"]) == ["part": "commit", "message-id": "\(message.rawValue)"])
    }
}
