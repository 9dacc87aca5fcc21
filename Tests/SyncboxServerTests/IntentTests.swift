// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("Notes of what is about to be published") struct IntentTests {
    @Test(
        "What is noted is read back, in the batch's order, whatever order the notes come in",
        arguments: [0, 1, 30, 500])
    func roundTrip(count: Int) throws {
        let intents = try (0..<count).map { number -> Intent in
            let path = try RelativePath(Array("a/+>\(number)".utf8) + [0xFF])
            return number.isMultiple(of: 3) ? .move(path, to: RelativePath(stringLiteral: "b/\(number)")) : .make(path)
        }
        let notes = Intent.notes(of: intents, on: 7)
        #expect(notes.allSatisfy { $0.count <= Intent.longestNote })
        #expect(Intent.read(notes.reversed(), since: 7) == intents)
    }

    @Test("A path that is too long for a note is left out, and the others are not")
    func tooLong() throws {
        let long = try RelativePath(String(repeating: "xxx/", count: 300) + "x")
        let notes = Intent.notes(of: [.make("a"), .make(long), .make("b")], on: 7)
        #expect(Intent.read(notes, since: 7) == [.make("a"), .make("b")])
    }

    @Test("Notes of a batch that is recorded are left out; those of several that are not come in their order")
    func sequences() {
        let notes = [9, 8, 10, 7].flatMap { number in
            Intent.notes(of: [.make(RelativePath(stringLiteral: "\(number)"))], on: number)
        }
        #expect(Intent.read(notes, since: 8) == [.make("8"), .make("9"), .make("10")])
    }

    @Test(
        "Notes that are none are left out", arguments: ["", "//", "x", "7.0//", "7.0//?a", "7.0//+..", "7.0//+a//>b"])
    func garbage(note: String) {
        let intents = Intent.read([Array(note.utf8)], since: 0)
        #expect(intents.isEmpty || intents == [.make("a")])
    }

    @Test("A kill leaves the notes, a commit doesn't")
    func kept() async throws {
        let temporary = try TemporaryShare(inMemory: true)
        _ = try await temporary.outcomes([.put("x", "1")])
        #expect(try temporary.share.tree.staging.intents().isEmpty)
        let noted = try temporary.share.tree.staging.stageIntent(Array("1.0//+y".utf8))
        try temporary.restart()
        #expect(try temporary.share.tree.staging.intents().isEmpty)
        _ = noted
    }
}
