// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// What a share with `keep-deleted` keeps, and for how long.
@Suite("What was removed or replaced") struct KeptTests {
    private static let week = KeepBounds(age: .seconds(7 * 86_400))

    @Test("Keeping changes nothing about what a commit does", arguments: CommitCase.all)
    func commits(_ example: CommitCase) async throws {
        let temporary = try await example.share(keeps: true, inMemory: true)
        #expect(try await temporary.outcomes(example.batch) == example.outcomes)
        #expect(try temporary.diskLines() == example.lines)
        #expect(try temporary.catalogLines() == example.lines)
        let staging = temporary.destination.appending(path: ".syncbox/staging").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
    }

    /// What is done to `a` (file "old"), `l` (link), `d` (with `x` and `e/y`), and what is kept of it.
    static let cases: [(batch: [Change], kept: [String])] = [
        ([.remove("a")], ["removed a file 3"]), ([.remove("l")], ["removed l link"]),
        ([.put("a", "new")], ["replaced a file 3"]), ([.put("l", "new")], ["replaced l link"]),
        ([.link("a", to: "b")], ["replaced a file 3"]), ([.link("l", to: "other")], ["replaced l link"]),
        ([.mkdir("a")], ["replaced a file 3"]),
        (
            [.put("d", "new")],
            ["replaced d directory", "replaced d/e directory", "replaced d/e/y file 2", "replaced d/x file 1"]
        ),
        (
            [.remove("d")],
            ["removed d directory", "removed d/e directory", "removed d/e/y file 2", "removed d/x file 1"]
        ),
        ([.remove("d/e")], ["removed d/e directory", "removed d/e/y file 2"]),
        ([.move("d/x", to: "a", .file("1"))], ["replaced a file 3"]),
        ([.move("d", to: "a")], ["replaced a file 3"]), ([.move("a", to: "n", .file("old"))], []),
        ([.put("a", "old", mode: 0o600, at: 7), .link("l", to: "a"), .mkdir("d", at: 9)], []),
        ([.setMetadata("a", .file("old", mode: 0o600, at: 7)), .put("n", "1"), .remove("n2")], []),
        (
            [.remove("d/x"), .remove("d")],
            ["removed d directory", "removed d/e directory", "removed d/e/y file 2", "removed d/x file 1"]
        ),
    ]

    @Test("It is kept, and nothing else is", arguments: cases)
    func keeps(batch: [Change], kept: [String]) async throws {
        let temporary = try await tree()
        #expect(try await temporary.outcomes(batch).allSatisfy { $0 == .acknowledged })
        // Two removals may or may not share a version.
        #expect(try temporary.keptLines().sorted() == kept.sorted())
        #expect(temporary.share.kept.sum.entries == UInt64(kept.count))
    }

    @Test("Without keep-deleted nothing is kept", arguments: cases)
    func off(batch: [Change], kept: [String]) async throws {
        let temporary = try await tree(keep: nil)
        _ = try await temporary.outcomes(batch)
        #expect(try temporary.trashLines() == [:])
    }

    @Test("It has the content, mode and time that it had")
    func metadata() async throws {
        let temporary = try TemporaryShare(keep: Self.week, inMemory: true)
        _ = try await temporary.outcomes([.mkdir("d", mode: 0o555, at: 5), .put("d/x", "old", mode: 0o440, at: 6)])
        let before = try temporary.diskLines()
        _ = try await temporary.outcomes([.remove("d")])
        let version = try #require(try temporary.share.kept.trash.versions().first)
        var kept = try temporary.trashLines()
        kept[version.name] = nil
        #expect(kept == Dictionary(uniqueKeysWithValues: before.map { ("\(version.name)/\($0)", $1) }))
    }

    @Test("A directory goes into the trash by one rename, however much is in it")
    func oneRename() async throws {
        let temporary = try TemporaryShare(keep: Self.week, inMemory: true)
        _ = try await temporary.outcomes(
            [.mkdir("d")]
                + (0..<50).map { number in
                    .put(RelativePath(stringLiteral: "d/\(number)"), "\(number)")
                })
        temporary.faults.restart()
        #expect(try await temporary.outcomes([.remove("d")]) == [.acknowledged])
        #expect(temporary.faults.operations.count { $0 == "rename" } == 1)
        #expect(!temporary.faults.operations.contains("unlink"))
        #expect(temporary.share.kept.sum == KeptSum(entries: 51, bytes: 90))
    }

    @Test("What is not Syncbox's stays where it is, and keeps its directory; the rest is kept")
    func foreign() async throws {
        let temporary = try await tree()
        let before = try temporary.diskLines()
        try Data("mine".utf8).write(to: temporary.destination.appending(path: "d/mine"))
        // A part is gone, of which the client must learn before it asks again.
        #expect(try await temporary.outcomes([.remove("d")]) == [.preconditionFailed])
        guard case .problem(.other, _) = try await temporary.outcomes([.remove("d")])[0] else {
            Issue.record("a directory with something foreign in it was removed")
            return
        }
        #expect(try temporary.diskLines().keys.sorted() == ["a", "d", "d/mine", "l"])
        #expect(
            try temporary.keptLines() == ["removed d/e directory", "removed d/e/y file 2", "removed d/x file 1"])
        let version = try #require(try temporary.share.kept.trash.versions().first)
        let kept = try temporary.trashLines()
        for path in ["d/e", "d/e/y", "d/x"] { #expect(kept["\(version.name)/\(path)"] == before[path]) }
    }

    @Test("What stood there and was not Syncbox's is kept too, when it is replaced")
    func foreignReplaced() async throws {
        let temporary = try TemporaryShare(keep: Self.week, inMemory: true)
        try Data("mine".utf8).write(to: temporary.destination.appending(path: "x"))
        #expect(try await temporary.outcomes([.put("x", "1")]) == [.acknowledged])
        #expect(try temporary.keptLines() == ["replaced x file 4"])
    }

    @Test("A path that goes again and again has a version each time, the newest first")
    func versions() async throws {
        let temporary = try TemporaryShare(keep: Self.week, inMemory: true)
        for text in ["1", "22", "333"] { _ = try await temporary.outcomes([.put("d", text)]) }
        _ = try await temporary.outcomes([.remove("d"), .mkdir("d"), .put("d/x", "4444")])
        _ = try await temporary.outcomes([.remove("d/x")])
        #expect(
            try temporary.keptLines() == [
                "removed d/x file 4", "removed d file 3", "replaced d file 2", "replaced d file 1",
            ])
        #expect(try temporary.keptLines("d/x") == ["removed d/x file 4"])
        #expect(try temporary.keptLines("none") == [])
    }

    @Test("Pages of any length list everything once, in the same order", arguments: 1...9)
    func pages(limit: Int) async throws {
        let temporary = try await tree()
        _ = try await temporary.outcomes([.remove("d"), .put("a", "new"), .remove("l")])
        _ = try await temporary.outcomes([.put("a", "newer"), .put("d", "file")])
        let trash = temporary.share.kept.trash
        let whole = try KeptWalk.page(of: trash, at: .root, after: nil).entries
        #expect(whole.count == 7)
        var listed: [KeptEntry] = []
        var position: KeptWalk.Position?
        repeat {
            let page = try KeptWalk.page(of: trash, at: .root, after: position, limit: limit)
            #expect(page.entries.count <= limit)
            listed += page.entries
            position = try page.next.map { next in
                try #require(PercentEncoding.decode(next).flatMap(KeptWalk.Position.init))
            }
        } while position != nil
        #expect(listed == whole)
    }

    @Test("On a full destination it goes without being kept")
    func full() async throws {
        for change in [Change.remove("a"), .remove("d")] {
            let number = try await operation("mkdir", before: change)
            let full = try await tree()
            full.faults.restart(.once(number, errno: ENOSPC))
            #expect(try await full.outcomes([change]) == [.acknowledged])
            #expect(try full.diskLines()[change.path.description] == nil)
            full.faults.restart()
        }
    }

    /// The number of the first call of that name when `change` is committed.
    private func operation(_ name: String, before change: Change) async throws -> Int {
        let temporary = try await tree()
        temporary.faults.restart()
        _ = try await temporary.outcomes([change])
        return try #require(temporary.faults.operations.firstIndex(of: name)) + 1
    }

    @Test("What is too old goes, and what is too much, the oldest first")
    func bounds() async throws {
        let temporary = try TemporaryShare(keep: KeepBounds(age: .seconds(600), size: 1 << 20), inMemory: true)
        let text = String(repeating: "x", count: 250_000)
        for number in 0..<6 { _ = try await temporary.outcomes([.put("x", text + "\(number)")]) }
        #expect(try temporary.keptLines().count == 5)
        // Opened anew, so that nothing can be on its way there.
        try temporary.restart()
        try temporary.share.kept.sweep(at: .now)
        #expect(try temporary.keptLines().count == 4)
        let sum = temporary.share.kept.sum
        #expect(sum == KeptSum(entries: 4, bytes: 4 * 250_001))
        var later = Timestamp.now
        later.seconds += 601
        try temporary.share.kept.sweep(at: later)
        #expect(try temporary.trashLines() == [:])
        #expect(temporary.share.kept.sum == KeptSum())
    }

    @Test("Where the destination was full, what is kept gives way")
    func givesWay() async throws {
        let temporary = try TemporaryShare(keep: Self.week, inMemory: true)
        for number in 0..<9 { _ = try await temporary.outcomes([.put("x", "\(number)")]) }
        try temporary.restart()
        temporary.share.kept.giveWay(after: [.problem(.noSpace, "full")])
        try temporary.share.kept.sweep(at: .now)
        #expect(try temporary.keptLines().count == 6)
        try temporary.share.kept.sweep(at: .now)
        #expect(try temporary.keptLines().count == 6)
    }

    @Test("What is turned off stays, and is not swept")
    func turnedOff() async throws {
        let temporary = try await tree()
        _ = try await temporary.outcomes([.remove("a")])
        temporary.share.setKeep(nil)
        _ = try await temporary.outcomes([.remove("l")])
        try temporary.restart()
        try temporary.share.kept.sweep(at: Timestamp(seconds: 1 << 33))
        #expect(try temporary.keptLines() == ["removed a file 3"])
    }

    @Test("What a crash left in the trash while it still stands at its place is no former version")
    func live() async throws {
        let temporary = try await tree()
        do {
            let version = try temporary.share.kept.trash.create(KeptVersion(.now, .replaced))
            try temporary.share.tree.link("a", into: version)
        }
        #expect(try temporary.keptLines() == ["replaced a file 3"])
        try temporary.restart()
        try temporary.share.kept.sweep(at: .now)
        #expect(try temporary.keptLines() == [])
        #expect(try temporary.diskLines()["a"] != nil)
    }

    @Test("A version that somebody removed by hand is begun anew")
    func removedByHand() async throws {
        let temporary = try await tree()
        _ = try await temporary.outcomes([.remove("a")])
        let trash = temporary.destination.appending(path: ".syncbox/trash")
        try FileManager.default.removeItem(at: trash)
        #expect(try await temporary.outcomes([.remove("d")]) == [.acknowledged])
        #expect(try temporary.keptLines().count == 4)
    }

    /// A share with `a`, `l`, and `d` that holds `x` and `e/y`.
    private func tree(keep: KeepBounds? = week) async throws -> TemporaryShare {
        let temporary = try TemporaryShare(keep: keep, inMemory: true)
        _ = try await temporary.outcomes([
            .put("a", "old"), .link("l", to: "a"), .mkdir("d"), .put("d/x", "1"), .mkdir("d/e"), .put("d/e/y", "22"),
        ])
        return temporary
    }
}
