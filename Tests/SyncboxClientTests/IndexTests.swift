// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import SyncboxCore
import Testing

@testable import SyncboxClient

@Suite("The index") struct IndexTests {
    /// An index in a directory of its own, which goes with it.
    private final class Fixture {
        let directory: URL
        private var opened: Index?

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-index-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }

        /// The index, opened where it is not.
        var index: Index {
            get throws {
                let index = try opened ?? Index(path: directory.appending(path: "index.sqlite").path)
                opened = index
                return index
            }
        }

        func close() { opened = nil }

        deinit {
            try? FileManager.default.removeItem(at: directory)
        }
    }

    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    private func directory(_ inode: UInt64) -> Confirmed {
        Confirmed(
            entry: .directory(mode: 0o755, modified: Timestamp(seconds: -5, nanoseconds: 7)),
            identity: Identity(inode: inode, born: Timestamp(seconds: 1)), changed: Timestamp(seconds: 2))
    }

    private func file(_ inode: UInt64, _ content: UInt8 = 1) -> Confirmed {
        let digest = Digest(Array(repeating: content, count: Digest.length))
        return Confirmed(
            entry: .file(size: UInt64.max, digest: digest, mode: 0o4755, modified: Timestamp(seconds: 1 << 40)),
            identity: Identity(inode: inode, born: Timestamp(seconds: 1)), changed: Timestamp(seconds: 2))
    }

    private func filled(_ fixture: Fixture) throws {
        try fixture.index.confirm(
            [
                .set(.root, directory(1)), .set(try path("d"), directory(2)), .set(try path("d/e"), directory(3)),
                .set(try path("d/e/f"), file(4)), .set(try path("d2"), directory(5)),
            ], state: ShareState(epoch: UInt64.max, sequence: 3))
    }

    @Test("An owner and attributes are kept where there are any, and an index of the version before is taken over")
    func owners() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-index-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let place = directory.appending(path: "index.sqlite").path
        let old = try DatabaseQueue(path: place)
        try IndexSchema.migrator.migrate(old, upTo: "1: entries by parent and name")
        try old.write {
            try $0.execute(sql: "INSERT INTO entries VALUES (1,0,x'',2,493,1,2,0,NULL,x'',0,0,0,NULL,NULL,0)")
            try $0.execute(sql: "INSERT INTO entries VALUES (2,1,x'61',2,493,1,2,0,NULL,x'',5,6,7,8,9,0)")
        }
        try old.close()
        let index = try Index(path: place)
        let entry = Entry.directory(mode: 0o755, modified: Timestamp(seconds: 1, nanoseconds: 2))
        #expect(try index.confirmed(at: [path("a")])[path("a")]?.entry == entry)
        var owned = file(9)
        owned.entry.owner = Owner(user: .max, group: 0)
        owned.entry.attributes = Attributes([.init(name: Array("user.x".utf8), value: [0, 255])])
        owned.isJoined = true
        try index.confirm([.set(try path("a/b"), owned), .set(try path("a/c"), file(9))], state: nil)
        #expect(try index.confirmed(at: [path("a/b")]) == [path("a/b"): owned])
        let names = try index.locations(of: #require(owned.identity)).map(\.path.description).sorted()
        #expect(names == ["a/b", "a/c"])
    }

    @Test("What is confirmed is found again, to the last bit, also by another process")
    func confirms() throws {
        let fixture = try Fixture()
        try filled(fixture)
        for _ in ["this process", "another one"] {
            defer { fixture.close() }
            let index = try fixture.index
            #expect(try index.confirmed(at: [path("d/e/f")]) == [path("d/e/f"): file(4)])
            #expect(try index.state == ShareState(epoch: UInt64.max, sequence: 3))
            #expect(try index.count == 4)
            #expect(Set(try index.children(of: path("d")).keys) == [Array("e".utf8)])
        }
    }

    @Test("A directory takes everything below it along, and its old name is free")
    func moves() throws {
        let fixture = try Fixture()
        try filled(fixture)
        try fixture.index.confirm([.move(from: path("d"), to: path("d2/moved"))], state: nil)
        #expect(try fixture.index.confirmed(at: [path("d/e/f"), path("d")]).isEmpty)
        #expect(try fixture.index.confirmed(at: [path("d2/moved/e/f")]).values.first == file(4))
        #expect(
            try fixture.index.location(of: Identity(inode: 4, born: Timestamp(seconds: 1)))?.path
                == path("d2/moved/e/f"))
    }

    @Test("What changes places takes everything below it along, both ways")
    func exchanges() throws {
        let fixture = try Fixture()
        try filled(fixture)
        try fixture.index.confirm([.exchange(path("d/e"), path("d2"))], state: nil)
        let found = try fixture.index.confirmed(at: ["d/e", "d2", "d2/f", "d/e/f"].map(path))
        #expect(try found[path("d/e")] == directory(5))
        #expect(try found[path("d2")] == directory(3))
        #expect(try found[path("d2/f")] == file(4))
        #expect(try found[path("d/e/f")] == nil)
        #expect(try fixture.index.count == 4)
    }

    @Test("Removing a directory, or putting a file in its place, forgets what was below it", arguments: [true, false])
    func forgetsBelow(isReplaced: Bool) throws {
        let fixture = try Fixture()
        try filled(fixture)
        try fixture.index.confirm([isReplaced ? .set(path("d"), file(9)) : .remove(path("d"))], state: nil)
        #expect(try fixture.index.confirmed(at: [path("d/e"), path("d/e/f")]).isEmpty)
        #expect(try fixture.index.location(of: Identity(inode: 4, born: Timestamp(seconds: 1))) == nil)
        #expect(try fixture.index.count == (isReplaced ? 2 : 1))
    }

    @Test("An inode that was reused is another entry")
    func reusedInode() throws {
        let fixture = try Fixture()
        try filled(fixture)
        #expect(try fixture.index.location(of: Identity(inode: 4, born: Timestamp(seconds: 99))) == nil)
    }

    @Test("Aligning keeps identities where the server has the same, drops them where it has not, and forgets the rest")
    func aligns() throws {
        let fixture = try Fixture()
        try filled(fixture)
        try fixture.index.beginAligning()
        #expect(try fixture.index.state == nil, "an alignment that breaks off must begin again")
        try fixture.index.align([
            .init(path: path("d"), entry: directory(0).entry), .init(path: path("d/e"), entry: directory(0).entry),
            .init(path: path("d/e/f"), entry: file(0, 2).entry), .init(path: path("d/new"), entry: file(0).entry),
        ])
        try fixture.index.finishAligning(ShareState(epoch: 1, sequence: 1))
        let found = try fixture.index.confirmed(at: ["d/e", "d/e/f", "d/new", "d2"].map(path))
        #expect(try found[path("d/e")] == directory(3))
        #expect(try found[path("d/e/f")] == Confirmed(entry: file(0, 2).entry, identity: nil, changed: nil))
        #expect(try found[path("d/new")]?.identity == nil)
        #expect(try found[path("d2")] == nil)
        #expect(try fixture.index.state == ShareState(epoch: 1, sequence: 1))
    }
}
