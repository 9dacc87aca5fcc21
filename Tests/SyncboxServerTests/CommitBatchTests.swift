// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("A commit") struct CommitBatchTests {
    @Test("Afterwards the destination and the catalog are what the changes say", arguments: CommitCase.all)
    func commits(_ example: CommitCase) async throws {
        let temporary = try await example.share()
        let before = temporary.share.catalog.summary.state
        #expect(try await temporary.outcomes(example.batch) == example.outcomes)
        #expect(try temporary.diskLines() == example.lines)
        #expect(try temporary.catalogLines() == example.lines)
        #expect(temporary.share.catalog.summary.state == before.next)
    }

    @Test(
        "A batch that is sent again ends in the same state, and what was acknowledged is so again",
        arguments: CommitCase.all)
    func repeats(_ example: CommitCase) async throws {
        let temporary = try await example.share()
        _ = try await temporary.outcomes(example.batch)
        let again = try await temporary.outcomes(example.batch)
        #expect(try temporary.diskLines() == temporary.catalogLines())
        // A move onto what was moved before leaves nothing to be moved: it is told to look again.
        if again == example.outcomes { #expect(try temporary.diskLines() == example.lines) }
        #expect(again.indices.allSatisfy { again[$0] != .preconditionFailed || !example.isSettled($0) })
    }

    @Test("A relaxed share ends in the same state", arguments: CommitCase.all)
    func relaxed(_ example: CommitCase) async throws {
        let temporary = try await example.share(durability: .relaxed)
        temporary.faults.restart()
        #expect(try await temporary.outcomes(example.batch) == example.outcomes)
        #expect(try temporary.diskLines() == example.lines)
        #expect(!temporary.faults.operations.contains { $0.contains("sync") })
        try temporary.share.syncLater()
        #expect(example.batch.isEmpty || temporary.faults.operations.contains("syncfs"))
    }

    @Test("Nothing is left in the staging directory", arguments: CommitCase.all)
    func leavesNothing(_ example: CommitCase) async throws {
        let temporary = try await example.share()
        _ = try await temporary.outcomes(example.batch)
        let staging = temporary.destination.appending(path: ".syncbox/staging").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
    }

    @Test("The root's time is set, its mode is not, and later batches keep it")
    func rootMetadata() async throws {
        let temporary = try TemporaryShare()
        let root = Entry.folder(mode: 0o711, at: 4242)
        #expect(try await temporary.outcomes([.setMetadata(.root, root)]) == [.acknowledged])
        #expect(try await temporary.outcomes([.put("x", "1")]) == [.acknowledged])
        let attributes = try FileManager.default.attributesOfItem(atPath: temporary.destination.path)
        #expect((attributes[.modificationDate] as? Date)?.timeIntervalSince1970.rounded(.down) == 4242)
        #expect(attributes[.posixPermissions] as? Int != 0o711)
        #expect(try temporary.catalogLines().count == 1)
    }

    @Test(
        "What the key does not permit is not done, and the rest is",
        arguments: [
            (
                [ServerSettings.Permission.write],
                [
                    Outcome.acknowledged,
                    .problem(.forbidden, "the key does not permit to delete, since the share keeps nothing of it"),
                ]
            ),
            ([.delete], [.problem(.forbidden, "the key does not permit to write"), .acknowledged]),
        ])
    func permissions(granted: [ServerSettings.Permission], expected: [Outcome]) async throws {
        let temporary = try TemporaryShare()
        _ = try await temporary.outcomes([.put("old", "1")])
        let outcomes = try await temporary.outcomes([.put("new", "2"), .remove("old")], permissions: Set(granted))
        #expect(outcomes == expected)
        #expect(try temporary.diskLines().keys.sorted() == (granted == [.write] ? ["new", "old"] : []))
    }

    @Test("A key that only reads sends no batch")
    func readOnlyKey() async throws {
        let temporary = try TemporaryShare()
        await #expect(throws: HTTPError.self) { try await temporary.send([.put("x", "1")], permissions: [.read]) }
    }

    @Test("A content that is not what was announced is not published")
    func corruptContent() async throws {
        let temporary = try TemporaryShare()
        let wrong = Change.put("x", .file("hello"), .inline(Array("hullo".utf8)))
        let short = Change.put("y", .file("hello"), .inline(Array("hell".utf8)))
        let outcomes = try await temporary.outcomes([wrong, short, .put("z", "1")])
        let corrupt = Outcome.problem(.corrupt, "the content that arrived is not what was announced")
        #expect(outcomes == [corrupt, corrupt, .acknowledged])
        #expect(try temporary.diskLines().keys.sorted() == ["z"])
    }

    @Test("A batch on another state is a conflict, and nothing is done")
    func conflict() async throws {
        let temporary = try TemporaryShare()
        let state = temporary.share.catalog.summary.state
        for base in [ShareState(epoch: state.epoch ^ 1, sequence: 0), ShareState(epoch: state.epoch, sequence: 99)] {
            guard case .conflict = try await temporary.send([.put("x", "1")], base: base) else {
                Issue.record("\(base) was taken")
                continue
            }
        }
        #expect(temporary.share.catalog.summary.state == state)
        #expect(try temporary.diskLines() == [:])
    }

    @Test("A batch that arrives before the one it builds on waits for it")
    func pipelined() async throws {
        let temporary = try TemporaryShare()
        let first = temporary.share.catalog.summary.state
        let share = temporary.share
        let second = BatchEncoder.encoded([.put("d/x", "2")], base: first.next)
        let waiting = Task { try await CommitBatch(share: share, caller: TemporaryShare.caller()).run(second) }
        // However long the second is there already, it is committed second.
        await Task.yield()
        #expect(try await temporary.outcomes([.mkdir("d")]) == [.acknowledged])
        guard case .committed(let reply) = try await waiting.value else {
            Issue.record("the second batch was refused")
            return
        }
        #expect(reply == BatchReply(state: first.next.next, outcomes: [.acknowledged]))
    }

    @Test("A batch that is cut anywhere changes nothing")
    func truncated() async throws {
        let temporary = try TemporaryShare()
        var encoder = BatchEncoder(base: temporary.share.catalog.summary.state)
        encoder.append(.mkdir("d"))
        encoder.append(.put("d/x", "hello"))
        let body = encoder.finish()
        for length in 0..<body.count {
            await #expect(throws: HTTPError.self, "\(length) bytes") {
                try await temporary.send(body: Array(body.prefix(length)))
            }
        }
        #expect(try temporary.diskLines() == [:])
        #expect(temporary.share.catalog.summary.state.sequence == 0)
    }

    @Test(
        "A batch with any byte changed is refused, or does no more than it says",
        arguments: 1...40 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) async throws {
        let temporary = try TemporaryShare()
        var encoder = BatchEncoder(base: temporary.share.catalog.summary.state)
        for change in [Change.mkdir("d"), .put("d/x", "hello"), .link("l", to: "d"), .remove("n")] {
            encoder.append(change)
        }
        var body = encoder.finish()
        var random = SplitMix(seed: seed)
        for _ in 0..<10 {
            body[Int.random(in: body.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? await temporary.send(body: body)
        }
        // Times that the file system can't hold are cut by it; everything else must be the same.
        let isTime = #/-?[0-9]+\.[0-9]+/#
        let disk = try temporary.diskLines().mapValues { $0.replacing(isTime, with: "") }
        let catalog = try temporary.catalogLines().mapValues { $0.replacing(isTime, with: "") }
        #expect(disk == catalog, "seed \(seed)")
    }

    @Test("A batch longer than its limit is refused while it is read")
    func tooLong() async throws {
        let temporary = try TemporaryShare()
        do {
            _ = try await temporary.send(body: [UInt8](repeating: 0, count: WireLimits.batch + 1))
            Issue.record("it was taken")
        } catch let error as HTTPError {
            #expect(error.status == .contentTooLarge)
        }
    }

    @Test("A name of a file that is moved over another name of it is gone")
    func movedOverItself() async throws {
        let temporary = try TemporaryShare()
        let link = Change.hardLink("d/y", to: "x", expected: .file("1"))
        #expect(try await temporary.outcomes([.mkdir("d"), .put("x", "1"), link]).allSatisfy(\.isApplied))
        #expect(try await temporary.outcomes([.move("x", from: "d/y", expected: .file("1"))]) == [.acknowledged])
        #expect(try temporary.diskLines().keys.sorted() == ["d", "x"])
        #expect(try temporary.catalogLines().keys.sorted() == ["d", "x"])
    }

    @Test("A directory that can't be given its time back is vouched for no more, and is mended by its metadata alone")
    func unrestorable() async throws {
        let (example, temporary) = (try TemporaryShare(), try TemporaryShare())
        for share in [example, temporary] {
            _ = try await share.outcomes([.mkdir("d"), .put("d/x", "1")])
            share.faults.restart()
        }
        _ = try await example.outcomes([.put("d/y", "2")])
        // The last time that is set is the directory's.
        let last = try #require(example.faults.operations.lastIndex(of: "utime"))
        temporary.faults.restart(.once(last + 1, errno: EPERM))
        #expect(try await temporary.outcomes([.put("d/y", "2")]) == [.preconditionFailed])
        let row = try #require(try temporary.share.catalog.row(at: "d"))
        #expect(!row.entry.isVouched)
        #expect(try await temporary.outcomes([.put("d/z", "3")]) == [.acknowledged])
        let folder = try #require(try example.share.catalog.row(at: "d")?.entry)
        #expect(try await temporary.outcomes([.setMetadata("d", folder)]) == [.acknowledged])
        #expect(try await example.outcomes([.put("d/z", "3")]) == [.acknowledged])
        #expect(try temporary.diskLines() == example.diskLines())
    }

    @Test("Once the destination's place leads elsewhere nothing is written any more")
    func replacedDestination() async throws {
        let temporary = try TemporaryShare()
        let moved = temporary.directory.appending(path: "moved")
        try FileManager.default.moveItem(at: temporary.destination, to: moved)
        try FileManager.default.createDirectory(at: temporary.destination, withIntermediateDirectories: false)
        let outcomes = try await temporary.outcomes([.put("x", "1")])
        #expect(outcomes == [.problem(.other, DestinationGone().description)])
        #expect(temporary.share.catalog.summary.state.sequence == 0)
        #expect(try DiskTree.lines(moved.path).isEmpty)
    }

    @Test(
        "Many changes cost two syncs of the file system, few one of each file and directory",
        arguments: [
            (1, ["fsync", "fsync"]), (4, ["fsync", "fsync", "fsync", "fsync", "fsync"]), (5, ["syncfs", "fsync"]),
            (1000, ["syncfs", "fsync"]),
        ])
    func syncs(count: Int, expected: [String]) async throws {
        let temporary = try TemporaryShare()
        _ = try await temporary.outcomes([.mkdir("d")])
        temporary.faults.restart()
        _ = try await temporary.outcomes((0..<count).map { .put(RelativePath(stringLiteral: "d/\($0)"), "x") })
        #expect(temporary.faults.operations.filter { $0.contains("sync") } == expected)
    }
}

extension CommitCase {
    /// Whether the change at this place builds on nothing that the batch itself takes away.
    fileprivate func isSettled(_ index: Int) -> Bool {
        guard failures[index] == nil else { return false }
        if case .move(_, let from, _) = batch[index] {
            return !batch.contains { change in if case .put(from, _, _) = change { true } else { false } }
        }
        return true
    }
}

extension BatchEncoder {
    static func encoded(_ changes: [Change], base: ShareState) -> RequestBody {
        var encoder = BatchEncoder(base: base)
        for change in changes { encoder.append(change) }
        return RequestBody(buffer: ByteBuffer(bytes: encoder.finish()))
    }
}
