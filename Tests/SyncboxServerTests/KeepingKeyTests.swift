// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// What a key that may write, but not delete, can do: nothing that loses a content.
@Suite("A key without the permission to delete") struct KeepingKeyTests {
    private static let week = KeepBounds(age: .seconds(7 * 86_400))
    private static let replace = Outcome.problem(
        .forbidden, "the key does not permit to replace what is there, since the share keeps nothing of it")
    private static let delete = Outcome.problem(
        .forbidden, "the key does not permit to delete, since the share keeps nothing of it")

    /// Changes that would take a content away from a tree of `a` ("old"), `b` ("other"), `l` (a link), `d` with `x` and `e/y`.
    static let losing: [(change: Change, refusal: Outcome, kept: [String])] = [
        (.remove("a"), delete, ["removed a file 3"]), (.remove("l"), delete, ["removed l link"]),
        (.remove("d/e"), delete, ["removed d/e directory", "removed d/e/y file 2"]),
        (.put("a", "new"), replace, ["replaced a file 3"]), (.put("l", "new"), replace, ["replaced l link"]),
        (.link("a", to: "b"), replace, ["replaced a file 3"]), (.link("l", to: "b"), replace, ["replaced l link"]),
        (.mkdir("a"), replace, ["replaced a file 3"]),
        (.put("d/e", "new"), replace, ["replaced d/e directory", "replaced d/e/y file 2"]),
        (.move("b", to: "a", .file("other")), replace, ["replaced a file 3"]),
        (.move("d/e", to: "a"), replace, ["replaced a file 3"]),
        (.hardLink("a", to: "b", expected: .file("other")), replace, ["replaced a file 3"]),
    ]

    @Test("Where nothing is kept, what would be lost is refused, and stays", arguments: losing)
    func refused(change: Change, refusal: Outcome, kept: [String]) async throws {
        let temporary = try await tree(keep: nil)
        let before = try temporary.diskLines()
        #expect(try await temporary.outcomes([change], permissions: [.write]) == [refusal])
        #expect(try temporary.diskLines() == before)
        #expect(try temporary.catalogLines() == before)
        #expect(try await temporary.outcomes([change], permissions: [.write, .delete]) == [.acknowledged])
    }

    @Test("Where it is kept, it is done, and nothing but its age takes what is kept", arguments: losing)
    func kept(change: Change, refusal: Outcome, kept: [String]) async throws {
        let temporary = try await tree(keep: KeepBounds(age: .seconds(600), size: 1))
        #expect(try await temporary.outcomes([change], permissions: [.write]) == [.acknowledged])
        // Neither more than the share may keep, nor a full disk, nor a restart ends it.
        for _ in 0..<2 {
            temporary.share.kept.giveWay()
            try temporary.share.kept.sweep(at: .now)
            #expect(try temporary.keptLines().sorted() == kept.sorted())
            try temporary.restart()
        }
        try temporary.share.kept.sweep(at: Timestamp(seconds: Timestamp.now.seconds + 601))
        #expect(try temporary.keptLines() == [])
    }

    @Test("What takes nothing away is done", arguments: [nil, week])
    func harmless(keep: KeepBounds?) async throws {
        let temporary = try await tree(keep: keep)
        let batch: [Change] = [
            .put("new", "1"), .put("a", "old", mode: 0o600, at: 7), .mkdir("d", at: 9),
            .move("b", to: "c", .file("other")),
            .setMetadata("a", .file("old", mode: 0o640, at: 7)), .remove("never"), .link("l", to: "a"),
            .move("d", to: "m"), .mkdir("o"),
        ]
        let outcomes = try await temporary.outcomes(batch, permissions: [.write])
        #expect(outcomes.allSatisfy { $0 == .acknowledged }, "\(outcomes)")
        #expect(try temporary.keptLines() == [])
    }

    @Test("What can't be kept is refused, where another key's change would be made without")
    func notKept() async throws {
        for (permissions, isDone) in [([ServerSettings.Permission.write], false), ([.write, .delete], true)] {
            let counted = try await tree(keep: Self.week)
            counted.faults.restart()
            _ = try await counted.outcomes([.put("a", "new")], permissions: Set(permissions))
            let link = try #require(counted.faults.operations.firstIndex(of: "link"))
            let temporary = try await tree(keep: Self.week)
            temporary.faults.restart(.once(link + 1, errno: EPERM))
            let outcomes = try await temporary.outcomes([.put("a", "new")], permissions: Set(permissions))
            temporary.faults.restart()
            #expect((outcomes == [.acknowledged]) == isDone, "\(outcomes)")
            #expect(try temporary.diskLines()["a"]?.contains(TemporaryShare.digest(isDone ? "new" : "old")) == true)
        }
    }

    private func tree(keep: KeepBounds?) async throws -> TemporaryShare {
        let temporary = try TemporaryShare(keep: keep, inMemory: true)
        _ = try await temporary.outcomes([
            .put("a", "old"), .put("b", "other"), .link("l", to: "a"), .mkdir("d"), .put("d/x", "1"), .mkdir("d/e"),
            .put("d/e/y", "22"),
        ])
        return temporary
    }
}
