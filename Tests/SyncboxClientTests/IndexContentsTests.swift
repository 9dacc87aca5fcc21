// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import SyncboxCore
import Testing

@testable import SyncboxClient

@Suite("What large contents consist of") struct IndexContentsTests {
    private let place = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString).sqlite")
        .path

    private func remove() {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: place + suffix) }
    }

    private func digest(_ number: UInt8) throws -> Digest {
        try #require(Digest([UInt8](repeating: number, count: Digest.length)))
    }

    private func list(_ contents: [UInt64]) -> ChunkList {
        var list = ChunkList(size: ChunkSize(for: 0))
        list.chunks = contents.map { Chunk(length: 1000, hash: Chunk.Hash(high: $0, low: $0)) }
        return list
    }

    private func file(_ content: UInt8, size: UInt64 = 1 << 30) throws -> Confirmed {
        let entry = Entry.file(size: size, digest: try digest(content), mode: 0o644, modified: Timestamp(seconds: 1))
        return Confirmed(entry: entry, identity: nil, changed: nil)
    }

    private func filled() throws -> Index {
        let index = try Index(path: place)
        let root = Entry.directory(mode: 0o755, modified: Timestamp(seconds: 1))
        try index.confirm(
            [
                .set(.root, Confirmed(entry: root, identity: nil, changed: nil)),
                .set(try RelativePath("a"), try file(1)), .set(try RelativePath("b"), try file(2, size: 1 << 31)),
            ], state: nil)
        try index.store(list([1, 2, 3]), of: digest(1), size: 1 << 30)
        try index.store(list([1, 2, 4, 5]), of: digest(2), size: 1 << 31)
        try index.store(list([9]), of: digest(3), size: 1 << 30)
        return index
    }

    @Test("They are found by the path that has them, also after it moved")
    func paths() throws {
        defer { remove() }
        let index = try filled()
        try index.confirm([.move(from: RelativePath("a"), to: RelativePath("c"))], state: nil)
        let found = try #require(try index.content(at: RelativePath("c")))
        #expect(found.base == RecipeBase(path: try RelativePath("c"), digest: try digest(1)))
        #expect(found.list == list([1, 2, 3]))
        #expect(try index.content(at: RelativePath("a")) == nil)
    }

    @Test("They are found by how they begin: the one of the same size first, and only where an entry has them")
    func beginnings() throws {
        defer { remove() }
        let index = try filled()
        func found(_ numbers: [UInt64], size: UInt64) throws -> RelativePath? {
            let hashes = numbers.map { Chunk.Hash(high: $0, low: $0) }
            return try index.content(beginningWith: hashes, size: size)?.base.path
        }
        #expect(try found([7, 2], size: 1 << 30) == RelativePath("a"))
        #expect(try found([1], size: 1 << 31) == RelativePath("b"))
        #expect(try found([5], size: 1 << 30) == RelativePath("b"))
        #expect(try found([9], size: 1 << 30) == nil, "no entry has it")
        #expect(try found([8], size: 1 << 30) == nil)
    }

    @Test("Those that no entry has any more are forgotten")
    func swept() throws {
        defer { remove() }
        try filled().confirm([.remove(RelativePath("a"))], state: nil)
        let left = try Index(path: place).queue.read { database in
            try ["contents", "beginnings"].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(left == [1, 4])
    }
}
