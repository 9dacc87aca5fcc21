// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import GRDB
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// The promises *whole* and *durable*, tried at every single system call of every case.
@Suite("When a system call fails") struct FaultTests {
    @Test(
        "What is acknowledged is on the disk and in the catalog, and sending again mends the rest",
        arguments: CommitCase.all, [false, true])
    func oneFails(_ example: CommitCase, keeps: Bool) async throws {
        for number in 1...(try await operations(of: example, keeps: keeps)).count {
            let temporary = try await example.share(keeps: keeps, inMemory: true)
            let before = try temporary.diskLines()
            let isFull = !number.isMultiple(of: 2)
            temporary.faults.restart(.once(number, errno: isFull ? ENOSPC : EIO))
            let outcomes = try await temporary.outcomes(example.batch)
            temporary.faults.restart()
            // Where there is no space the destination follows its source all the same.
            if keeps, !isFull { try checkNothingIsLost(temporary, before, "call \(number) fails") }
            try check(temporary, example, outcomes, "call \(number) fails")
            try await mend(temporary, example, "call \(number) fails")
        }
    }

    @Test(
        "After a kill nothing is torn or lost, and sending again mends the rest", arguments: CommitCase.all,
        [false, true])
    func killed(_ example: CommitCase, keeps: Bool) async throws {
        for number in 1...(try await operations(of: example, keeps: keeps)).count {
            let temporary = try await example.share(keeps: keeps, inMemory: true)
            let before = try temporary.diskLines()
            temporary.faults.restart(.onward(number, errno: EIO))
            let outcomes = try await temporary.outcomes(example.batch)
            try temporary.restart()
            if keeps { try checkNothingIsLost(temporary, before, "killed at call \(number)") }
            #expect(temporary.share.catalog.wasLeftOpen)
            try check(temporary, example, outcomes, "killed at call \(number)")
            try await mend(temporary, example, "killed at call \(number)")
            if keeps {
                try temporary.share.kept.sweep(at: .now)
                try checkNothingIsLost(temporary, before, "killed at call \(number), mended and swept")
            }
        }
    }

    @Test(
        "A catalog that is behind its destination is mended by sending again",
        arguments: CommitCase.all.filter(\.mendsOldCatalog), [true, false])
    func notRecorded(_ example: CommitCase, isChecked: Bool) async throws {
        let temporary = try await example.share(inMemory: true)
        // The catalog as it was before, with the destination as it is after.
        let state = temporary.directory.appending(path: "state")
        let before = temporary.directory.appending(path: "before")
        try FileManager.default.copyItem(at: state, to: before)
        _ = try await temporary.outcomes(example.batch)
        try temporary.restart {
            try FileManager.default.removeItem(at: state)
            try FileManager.default.moveItem(at: before, to: state)
            if !isChecked {
                try DatabaseQueue(path: temporary.database).write { try $0.execute(sql: "UPDATE meta SET isOpen = 0") }
            }
        }
        #expect(temporary.share.catalog.wasLeftOpen == isChecked)
        try await mend(temporary, example, "not recorded")
    }

    @Test(
        "After a kill everything goes back, when that is what the source did meanwhile", arguments: CommitCase.all,
        [false, true])
    func killedAndReverted(_ example: CommitCase, keeps: Bool) async throws {
        for number in 1...(try await operations(of: example, keeps: keeps)).count {
            let temporary = try await example.share(keeps: keeps, inMemory: true)
            let before = try temporary.share.catalog.page(after: nil).items
            temporary.faults.restart(.onward(number, errno: EIO))
            _ = try await temporary.outcomes(example.batch)
            try temporary.restart()
            let source = Dictionary(uniqueKeysWithValues: before.map { ($0.path.description, $0.entry) })
            try await align(temporary, with: source, example.contents, "killed at call \(number), and reverted")
        }
    }

    private func operations(of example: CommitCase, keeps: Bool) async throws -> [String] {
        let temporary = try await example.share(keeps: keeps, inMemory: true)
        temporary.faults.restart()
        _ = try await temporary.outcomes(example.batch)
        let operations = temporary.faults.operations
        return operations.isEmpty ? ["none"] : operations
    }

    /// Each path is as it was before, or as it shall be; what was acknowledged is as it shall be, also in the catalog.
    private func check(
        _ temporary: TemporaryShare, _ example: CommitCase, _ outcomes: [Outcome], _ comment: Comment
    ) throws {
        let disk = try temporary.diskLines()
        let known = Set(example.contents.map { TemporaryShare.digest($0) })
        for (path, line) in disk where line.hasPrefix("file") {
            #expect(known.contains { line.hasSuffix($0) }, "\(comment): \(path) is torn: \(line)")
        }
        guard outcomes.allSatisfy({ $0 == .acknowledged }), !outcomes.isEmpty else { return }
        #expect(disk == example.lines, comment)
        #expect(try temporary.catalogLines() == example.lines, comment)
    }

    /// Every content and every link's target that the destination had is in it still, or in its trash.
    private func checkNothingIsLost(
        _ temporary: TemporaryShare, _ before: [String: String], _ comment: Comment
    ) throws {
        // The digest or the target stands at the end.
        func contents(_ lines: [String: String]) -> Set<String> {
            Set(
                lines.values.compactMap {
                    $0.hasPrefix("directory") ? nil : $0.split(separator: " ").last.map(String.init)
                })
        }
        let lost = try contents(before).subtracting(contents(temporary.diskLines()))
            .subtracting(contents(temporary.trashLines()))
        #expect(lost == [], comment)
    }

    /// What a client does whose batch was not acknowledged: it sends it again, or else reads the manifest and sends what
    /// differs from its source.
    private func mend(_ temporary: TemporaryShare, _ example: CommitCase, _ comment: Comment) async throws {
        _ = try await temporary.outcomes(example.batch)
        try await align(temporary, with: example.result, example.contents, comment)
    }

    private func align(
        _ temporary: TemporaryShare, with source: [String: Entry], _ contents: [String], _ comment: Comment
    ) async throws {
        let expected = source.mapValues(TemporaryShare.line)
        let manifest = try temporary.catalogLines()
        let paths = Set(manifest.keys).union(source.keys).sorted()
        let changes = paths.filter { manifest[$0] != expected[$0] }.map { text -> Change in
            let path = RelativePath(stringLiteral: text)
            return source[text].map { Change.making(path, $0, contents) } ?? .remove(path)
        }
        let outcomes = try await temporary.outcomes(changes)
        #expect(outcomes.allSatisfy { $0 == .acknowledged }, "\(comment): \(outcomes) of \(changes)")
        let catalog = try temporary.catalogLines()
        #expect(catalog == expected, comment)
        let disk = try temporary.diskLines()
        #expect(disk == expected, comment)
    }
}

extension Change {
    /// The change that makes this entry.
    fileprivate static func making(_ path: RelativePath, _ entry: Entry, _ contents: [String]) -> Change {
        switch entry.kind {
        case .file:
            let content = contents.first { ContentDigest.of(Array($0.utf8)) == entry.digest } ?? ""
            return .put(path, entry, .inline(Array(content.utf8)))
        case .directory: return .makeDirectory(path, entry)
        case .symbolicLink: return .link(path, entry)
        }
    }
}

extension CommitCase {
    /// The contents of all files before, between and after.
    fileprivate var contents: [String] {
        (prior + batch).compactMap { change in
            if case .put(_, _, .inline(let bytes)) = change { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
    }
}
