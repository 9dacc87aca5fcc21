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
        let notes = Intent.notes(of: intents)
        #expect(notes.allSatisfy { $0.count <= Intent.longestNote })
        #expect(Intent.read(notes.reversed()) == intents)
    }

    @Test("A path that is too long for a note is left out, and the others are not")
    func tooLong() throws {
        let long = try RelativePath(String(repeating: "x/", count: 600) + "x")
        #expect(Intent.read(Intent.notes(of: [.make("a"), .make(long), .make("b")])) == [.make("a"), .make("b")])
    }

    @Test("Notes that are none are left out", arguments: ["", "//", "x", "0//", "0//?a", "0//+..", "0//+a//>b"])
    func garbage(note: String) {
        let intents = Intent.read([Array(note.utf8)])
        #expect(intents.isEmpty || intents == [.make("a")])
    }

    @Test("A kill leaves the notes, a commit doesn't")
    func kept() async throws {
        let temporary = try TemporaryShare(inMemory: true)
        _ = try await temporary.outcomes([.put("x", "1")])
        #expect(try temporary.share.tree.staging.intents().isEmpty)
        let noted = try temporary.share.tree.staging.stageIntent(Array("0//+y".utf8))
        try temporary.restart()
        #expect(try temporary.share.tree.staging.intents().isEmpty)
        _ = noted
    }
}
