// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("systemd/syncbox.catalog")
struct JournalCatalogTests {
    private let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every identifier that a `JournalEvent` is made with, in whatever file.
    private func eventsInSources() throws -> [String] {
        let sources = root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let event = /JournalEvent\("([0-9a-f]*)"\)/
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: event).map { String($0.output.1) }
        }
    }

    @Test("The catalog explains every event that the daemons log, and nothing else")
    func explained() throws {
        let catalog = try String(contentsOf: root.appending(path: "systemd/syncbox.catalog"), encoding: .utf8)
        let explained = catalog.split(separator: "\n").filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(try eventsInSources().sorted() == explained.sorted())
    }

    @Test("Every identifier is 128 bits and belongs to one event")
    func identifiers() throws {
        let events = try eventsInSources()
        #expect(events.allSatisfy { $0.count == 32 })
        #expect(Set(events).count == events.count)
    }
}
