// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import GRDB
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// What an option of the client preserves. The destination's file system refuses where a test says so.
@Suite("Preserving") struct PreserveTests {
    private let temporary: TemporaryShare

    init() throws {
        temporary = try TemporaryShare()
    }

    private static let own = Owner(user: geteuid(), group: getegid())
    private static let foreign = Owner(user: geteuid() + 1, group: getegid())

    private func owned(_ change: Change, _ owner: Owner = own) -> Change {
        change.mapEntry { entry in
            var entry = entry
            entry.owner = owner
            return entry
        }
    }

    /// Makes every chown(2) fail of a batch that begins with `changes`, and gives the outcomes.
    private func refused(_ changes: [Change], errno: Int32 = EPERM) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for change in changes {
            // Where the call is, is found out by a run without a fault.
            let probe = try TemporaryShare()
            for earlier in changes.prefix(while: { $0.path != change.path }) { _ = try await probe.outcomes([earlier]) }
            probe.faults.restart()
            _ = try await probe.outcomes([change])
            let call = try #require(probe.faults.operations.firstIndex(of: "chown"))
            temporary.faults.restart(.once(call + 1, errno: errno))
            outcomes += try await temporary.outcomes([change])
            temporary.faults.restart()
        }
        return outcomes
    }

    private func owner(at path: RelativePath) throws -> Owner? {
        try temporary.share.catalog.row(at: path)?.entry.owner
    }

    @Test("Owners are recorded, told in the manifest, and known after a restart")
    func recorded() async throws {
        let changes = [owned(.mkdir("d")), owned(.put("d/f", "x")), owned(.link("l", to: "d")), .put("plain", "y")]
        #expect(try await temporary.outcomes(changes).allSatisfy { $0 == .acknowledged })
        for _ in 0..<2 {
            let items = try temporary.share.catalog.page(after: nil).items
            #expect(items.map(\.entry.owner) == [Self.own, Self.own, Self.own, nil])
            try temporary.restart()
        }
        #expect(try await temporary.outcomes([.setMetadata("d/f", .file("x", mode: 0o600))]) == [.acknowledged])
        #expect(try owner(at: "d/f") == nil)
    }

    @Test("What may not get its owner is there all the same, recorded without, and the metadata alone mends it")
    func refused() async throws {
        let changes = [
            owned(.mkdir("d"), Self.foreign), owned(.put("d/f", "x"), Self.foreign),
            owned(.link("l", to: "d"), Self.foreign),
        ]
        for outcome in try await refused(changes) {
            guard case .incomplete(.permission, let text) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(text.contains("CapabilityBoundingSet=CAP_CHOWN"))
        }
        #expect(try temporary.diskLines() == temporary.catalogLines())
        #expect(try temporary.diskLines().count == 3)
        for path in ["d", "d/f", "l"] as [RelativePath] { #expect(try owner(at: path) == nil) }
        let again = owned(.setMetadata("d/f", .file("x")), Self.own)
        #expect(try await temporary.outcomes([again]) == [.acknowledged])
        #expect(try owner(at: "d/f") == Self.own)
    }

    @Test("Attributes are recorded, told in the manifest page by page, and taken away; without them nothing is touched")
    func attributes() async throws {
        func attributed(_ text: String, _ value: [UInt8]?) throws -> Change {
            let list = value.map { [Attributes.Attribute(name: Array("user.x".utf8), value: $0)] } ?? []
            let attributes = try #require(Attributes(list))
            return Change.put(RelativePath(stringLiteral: text), "content").mapEntry { entry in
                var entry = entry
                entry.attributes = attributes
                return entry
            }
        }
        let disk = try TemporaryShare()
        #expect(
            try await disk.outcomes([attributed("a", [49]), attributed("b", nil)]) == [.acknowledged, .acknowledged])
        let rows = try ["a", "b"].map {
            try disk.share.catalog.row(at: RelativePath(stringLiteral: $0))?.entry.attributes
        }
        #expect(rows.map { $0?.all.count } == [1, 0])
        #expect(getxattr(disk.destination.path + "/a", "user.x", nil, 0) == 1)
        // The client does not preserve any more: what is there stays.
        #expect(try await disk.outcomes([.setMetadata("a", .file("content", mode: 0o600))]) == [.acknowledged])
        #expect(getxattr(disk.destination.path + "/a", "user.x", nil, 0) == 1)
        #expect(try await disk.outcomes([attributed("a", nil)]) == [.acknowledged])
        #expect(getxattr(disk.destination.path + "/a", "user.x", nil, 0) == -1)
        let pages = try disk.share.catalog.read { tree in
            [try tree.page(after: nil, attributeLimit: 0), try tree.page(after: "a", attributeLimit: 0)]
        }
        #expect(pages.map(\.items.count) == [1, 1])
        #expect(pages.map(\.isLast) == [false, true])
    }

    @Test("A move is right whether or not the client knows of owners")
    func moves() async throws {
        _ = try await temporary.outcomes([owned(.put("a", "x")), .put("b", "y")])
        var expected = Entry.file("x")
        #expect(try await temporary.outcomes([.move("a", to: "c", expected)]) == [.acknowledged])
        #expect(try owner(at: "c") == Self.own)
        expected.owner = Self.foreign
        #expect(try await temporary.outcomes([.move("c", to: "d", expected)]) == [.preconditionFailed])
        expected.owner = Self.own
        #expect(try await temporary.outcomes([.move("c", to: "d", expected)]) == [.acknowledged])
    }

    @Test("Another name of a file is made where the file is as expected, replaces what is there, and can be made again")
    func hardLinks() async throws {
        let entry = Entry.file("x")
        let inode = { (name: String) in
            try FileManager.default.attributesOfItem(atPath: temporary.destination.path + "/" + name)[.systemFileNumber]
                as? Int
        }
        _ = try await temporary.outcomes([.mkdir("d"), .put("d/a", "x"), .put("b", "other"), .mkdir("c")])
        let links: [Change] = [
            .hardLink("b", to: "d/a", expected: entry), .hardLink("c", to: "b", expected: entry),
            .hardLink("d/e", to: "d/a", expected: entry),
        ]
        for _ in 0..<2 {
            #expect(try await temporary.outcomes(links) == [.acknowledged, .acknowledged, .acknowledged])
            for name in ["b", "c", "d/e"] { #expect(try inode(name) == inode("d/a")) }
            #expect(try temporary.diskLines() == temporary.catalogLines())
        }
        let wrong: [Change] = [
            .hardLink("f", to: "d/a", expected: .file("y")), .hardLink("f", to: "nothing", expected: entry),
            .hardLink("f", to: "d", expected: entry), .hardLink("no/f", to: "d/a", expected: entry),
        ]
        #expect(try await temporary.outcomes(wrong) == Array(repeating: .preconditionFailed, count: 4))
        // One name is put anew: the others keep what they have.
        #expect(try await temporary.outcomes([.put("d/a", "new")]) == [.acknowledged])
        #expect(try temporary.diskLines() == temporary.catalogLines())
        #expect(try inode("b") == inode("c"))
        try temporary.restart()
        #expect(try temporary.diskLines() == temporary.catalogLines())
        let staging = temporary.destination.appending(path: ".syncbox/staging").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: staging).filter { $0.hasPrefix("t-") } == [])
    }

    @Test("A file system without hard links says so, and keeps what is there")
    func noHardLinks() async throws {
        _ = try await temporary.outcomes([.put("a", "x"), .put("b", "y")])
        let link = Change.hardLink("b", to: "a", expected: .file("x"))
        let probe = try TemporaryShare()
        _ = try await probe.outcomes([.put("a", "x"), .put("b", "y")])
        probe.faults.restart()
        _ = try await probe.outcomes([link])
        let call = try #require(probe.faults.operations.firstIndex(of: "link"))
        temporary.faults.restart(.once(call + 1, errno: EMLINK))
        guard case .problem(.unsupported, _) = try await temporary.outcomes([link]).first else {
            Issue.record("it is no problem")
            return
        }
        #expect(try temporary.diskLines() == temporary.catalogLines())
    }

    @Test("A catalog of the version before is brought to this one, with all that it holds")
    func migrates() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "catalog.sqlite").path
        let old = try DatabasePool(path: path)
        try CatalogSchema.migrator.migrate(old, upTo: "1 entries")
        try old.write {
            try $0.execute(sql: "INSERT INTO entry VALUES (2, 1, x'61', 2, 448, 5, 6, 0, NULL, NULL, 7, 8, 9)")
        }
        try old.close()
        let catalog = try Catalog(path: path, durability: .durable)
        let entry = Entry.directory(mode: 0o700, modified: Timestamp(seconds: 5, nanoseconds: 6))
        #expect(try catalog.row(at: "a")?.entry == entry)
    }
}
