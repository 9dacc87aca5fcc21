// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SyncboxCore
import Testing

@testable import SyncboxServer

@Suite("The catalog") struct CatalogTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.place.appending(path: "catalog.sqlite").path }
    private let imprint = Imprint(inode: 7, born: 8, changed: 9)

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(
        "Commits of a durable share are synced, whatever GRDB set before",
        arguments: [
            (ServerSettings.Durability.durable, 2), (.relaxed, 1),
        ])
    func synchronous(durability: ServerSettings.Durability, expected: Int) throws {
        let catalog = try Catalog(path: path, durability: durability)
        #expect(try catalog.synchronous == expected)
        try catalog.setDurability(durability == .durable ? .relaxed : .durable)
        #expect(try catalog.synchronous == 3 - expected)
    }

    @Test("What is recorded is there after it was closed and opened again")
    func persists() throws {
        let catalog = try Catalog(path: path, durability: .durable)
        try catalog.transaction { transaction in
            try transaction.record(.folder(), at: "a", imprint: imprint)
            try transaction.record(.file("hello"), at: "a/x", imprint: imprint)
            try transaction.record(
                .symbolicLink(target: [0xFF], modified: Timestamp(seconds: -5, nanoseconds: 4)), at: "a/l",
                imprint: imprint)
            transaction.raiseSequence()
        }
        let before = catalog.summary
        try catalog.close()
        let again = try Catalog(path: path, durability: .durable)
        #expect(!again.wasLeftOpen)
        #expect(again.summary == before)
        #expect(again.summary.entries == 3 && again.summary.bytes == 5 && again.summary.state.sequence == 1)
        #expect(try again.row(at: "a/x")?.entry == .file("hello"))
        #expect(try again.row(at: "a/x")?.imprint == imprint)
        #expect(try again.row(at: "a/l")?.entry.target == [0xFF])
        #expect(try again.row(at: "a/l")?.entry.modified == Timestamp(seconds: -5, nanoseconds: 4))
    }

    @Test("One that nobody closed says so")
    func leftOpen() throws {
        let first = try Catalog(path: path, durability: .durable)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: path + ".copy" + suffix)
        }
        #expect(try Catalog(path: path + ".copy", durability: .durable).wasLeftOpen)
        #expect(!first.wasLeftOpen)
    }

    @Test("Nothing of a transaction that throws is recorded")
    func rollsBack() throws {
        let catalog = try Catalog(path: path, durability: .durable)
        let before = catalog.summary
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try catalog.transaction { transaction in
                try transaction.record(.folder(), at: "a", imprint: imprint)
                transaction.raiseSequence()
                throw Stop()
            }
        }
        #expect(catalog.summary == before)
        #expect(try catalog.row(at: "a") == nil)
    }

    @Test("To move a directory with a thousand entries changes two rows: its own, and the state")
    func movesInOneRow() throws {
        let catalog = try Catalog(path: path, durability: .durable)
        try catalog.transaction { transaction in
            try transaction.record(.folder(), at: "a", imprint: imprint)
            for number in 0..<1000 {
                try transaction.record(.file("x"), at: RelativePath("a/\(number)"), imprint: imprint)
            }
        }
        try catalog.transaction { transaction in
            let before = transaction.tree.database.totalChangesCount
            let row = try #require(try transaction.row(at: "a"))
            try transaction.move(row, to: "b")
            try transaction.finish()
            #expect(transaction.tree.database.totalChangesCount - before == 2)
            #expect(try transaction.row(at: "a/17") == nil)
            #expect(try transaction.row(at: "b/17") != nil)
        }
        #expect(catalog.summary.entries == 1001)
    }

    @Test(
        "The sums are those of the tree, whatever was recorded and forgotten", arguments: 1...20 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        let catalog = try Catalog(path: path, durability: .durable)
        var random = SplitMix(seed: seed)
        for _ in 0..<20 {
            try catalog.transaction { try change($0, by: &random) }
            let items = try catalog.page(after: nil).items
            #expect(catalog.summary.entries == UInt64(items.count), "seed \(seed)")
            #expect(catalog.summary.bytes == items.reduce(0) { $0 + $1.entry.size }, "seed \(seed)")
        }
    }

    private func change(_ transaction: CatalogTransaction, by random: inout SplitMix) throws {
        for _ in 0..<20 {
            let path = random.path()
            guard try path.parent.flatMap(transaction.directory) != nil else { continue }
            let old = try transaction.row(at: path)
            switch UInt.random(in: 0..<4, using: &random) {
            case 0:
                try old.map(transaction.forgetBelow)
                try transaction.record(
                    .file(String(repeating: "x", count: .random(in: 0..<9, using: &random))), at: path,
                    imprint: imprint)
            case 1: try transaction.record(.folder(), at: path, imprint: imprint)
            case 2:
                try old.map(transaction.forgetBelow)
                try old.map(transaction.forget)
            default:
                let target = random.path()
                guard let old, target != path, !target.isBelow(path),
                    try target.parent.flatMap(transaction.directory) != nil, try transaction.row(at: target) == nil
                else { continue }
                try transaction.move(old, to: target)
            }
        }
    }

    @Test(
        "Pages of any length, put together, are all entries in the order of paths", arguments: [1, 2, 3, 7, 499, 5000])
    func pages(limit: Int) throws {
        let catalog = try Catalog(path: path, durability: .relaxed)
        var expected: Set<RelativePath> = []
        var random = SplitMix(seed: UInt64(limit))
        try catalog.transaction { transaction in
            for number in 0..<400 {
                let path = number < 300 ? random.path() : try RelativePath("wide\(number)")
                guard try path.parent.flatMap(transaction.directory) != nil else { continue }
                try transaction.record(.folder(), at: path, imprint: imprint)
                expected.insert(path)
            }
        }
        var found: [RelativePath] = []
        while true {
            let page = try catalog.read { try $0.page(after: found.last, limit: limit) }
            found += page.items.map(\.path)
            #expect(page.items.count == limit || page.isLast)
            if page.isLast { break }
        }
        #expect(found == expected.sorted())
    }

    @Test("A directory with more entries than are fetched at once is listed whole")
    func wideDirectory() throws {
        let catalog = try Catalog(path: path, durability: .relaxed)
        let count = 2 * CatalogTree.portion
        try catalog.transaction { transaction in
            for number in 0..<count {
                try transaction.record(.file("x"), at: RelativePath("\(number)"), imprint: imprint)
            }
        }
        #expect(try catalog.page(after: nil).items.count == count)
    }

    @Test("A page behind a path that has gone begins where it would be")
    func pageAfterNothing() throws {
        let catalog = try Catalog(path: path, durability: .durable)
        try catalog.transaction { transaction in
            for name in ["a", "a/b", "a/d", "c"] {
                try transaction.record(.folder(), at: try RelativePath(name), imprint: imprint)
            }
        }
        for (after, expected) in [("a/c", ["a/d", "c"]), ("a/b/x/y", ["a/d", "c"]), ("b/x", ["c"]), ("d", [])] {
            let page = try catalog.page(after: try RelativePath(after))
            #expect(page.items.map(\.path.description) == expected, "after \(after)")
        }
    }

    @Test("A file that is no database is told to be damaged")
    func damaged() throws {
        try Data("this is no database, and long enough to be looked at as one by SQLite".utf8)
            .write(to: URL(filePath: path))
        do {
            _ = try Catalog(path: path, durability: .durable)
            Issue.record("it was opened")
        } catch let error as DatabaseError {
            #expect(error.isDamage)
        }
    }
}

extension SplitMix {
    /// A short path over few names, some of which sort around `/`.
    mutating func path() -> RelativePath {
        let names = ["a", "b", "a b", "a.b", "a-", "ä"]
        let depth = Int.random(in: 1...4, using: &self)
        let text = (0..<depth).map { _ in names[Int.random(in: names.indices, using: &self)] }.joined(separator: "/")
        return RelativePath(stringLiteral: text)
    }
}
