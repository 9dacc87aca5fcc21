// SPDX-License-Identifier: Apache-2.0
import Glibc
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// A disk that fails at single places, when the catalog has to be compared with it.
@Suite("When an entry can't be looked at") struct UnseenEntryTests {
    private static let changes: [Change] = [
        .mkdir("d"), .put("d/x", "1"), .put("d/y", "2"), .link("l", to: "d"), .put("z", "3"),
    ]

    @Test(
        "Whichever call of the comparison fails, only what it was about is doubted, and sending that again mends it",
        arguments: [EIO, EACCES])
    func oneFails(errno: Int32) async throws {
        let temporary = try TemporaryShare(inMemory: true)
        _ = try await temporary.outcomes(Self.changes)
        let lines = try temporary.catalogLines()
        temporary.faults.restart()
        try temporary.share.checkCatalog()
        let calls = temporary.faults.operations.count
        var failed = 0
        for number in 1...calls {
            let comment: Comment = "call \(number) fails"
            let state = temporary.share.state
            temporary.faults.restart(.once(number, errno: errno))
            do {
                try temporary.share.checkCatalog()
            } catch {
                failed += 1
                #expect(temporary.share.state == state, comment)
            }
            temporary.faults.restart()
            let doubted = try temporary.share.catalog.page(after: nil).items.filter { !$0.entry.isVouched }.map(\.path)
            #expect(doubted.count <= 1, comment)
            #expect(doubted.isEmpty == (temporary.share.state == state), comment)
            let again = Self.changes.filter { doubted.contains($0.path) }
            #expect(try await temporary.outcomes(again).allSatisfy { $0 == .acknowledged }, comment)
            #expect(try temporary.catalogLines() == lines, comment)
            #expect(try temporary.diskLines() == lines, comment)
        }
        // Each entry is opened and asked for its status; only what concerns the root or the notes is nobody's.
        #expect(calls - failed >= 2 * Self.changes.count)
    }
}
