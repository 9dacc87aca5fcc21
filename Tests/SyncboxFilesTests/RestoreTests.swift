// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// What is brought back into somebody's tree.
@Suite struct RestoreTests {
    private static let entry = Entry.file(
        size: 3, digest: nil, mode: 0o6750, modified: Timestamp(seconds: 1_000_000_000, nanoseconds: 5))

    private func restore(_ text: String, in root: Root, replacing: Bool = false) throws {
        let file = try RestoredFile(at: path(text), in: root)
        defer { file.discard() }
        try file.write(Array("new".utf8), at: 0)
        try file.finish(as: Self.entry, replacing: replacing)
    }

    @Test("A file has its content, time and mode, but nobody's rights beyond these")
    func file() throws {
        let disk = try TemporaryTree()
        let root = try disk.open()
        try root.makeDirectories(above: path("a/b/x"))
        try restore("a/b/x", in: root)
        #expect(disk.content("a/b/x") == "new")
        #expect(try disk.stat("%a %.9Y", "a/b/x") == "750 1000000000.000000005")
    }

    @Test("What it becomes belongs to the owner of the directory that holds it", .enabled(if: geteuid() == 0))
    func owner() throws {
        let disk = try TemporaryTree()
        try disk.makeDirectory("theirs")
        try #require(chown(disk.absolute("theirs"), 1234, 2345) == 0)
        let root = try disk.open()
        try root.makeDirectories(above: path("theirs/d/x"))
        try restore("theirs/d/x", in: root)
        let target = Entry.symbolicLink(target: Array("x".utf8), modified: Timestamp(seconds: 7))
        try root.restoreLink(target, at: path("theirs/d/l"), replacing: false)
        for place in ["theirs/d", "theirs/d/x", "theirs/d/l"] {
            #expect(try disk.stat("%u:%g", place) == "1234:2345")
        }
        #expect(try disk.stat("%Y", "theirs/d/l") == "7")
    }

    @Test("What is there is replaced only when that is asked for, and a directory never")
    func existing() throws {
        let disk = try TemporaryTree()
        let root = try disk.open()
        try disk.write("x", "old")
        try disk.makeDirectory("d")
        #expect(failure { try restore("x", in: root) }?.code == .exists)
        #expect(disk.content("x") == "old")
        try restore("x", in: root, replacing: true)
        #expect(disk.content("x") == "new")
        #expect(failure { try restore("d", in: root, replacing: true) }?.code == .isDirectory)
        let target = Entry.symbolicLink(target: Array("x".utf8), modified: Timestamp(seconds: 7))
        #expect(failure { try root.restoreLink(target, at: path("x"), replacing: false) }?.code == .exists)
        #expect(failure { try root.restoreDirectory(path("x")) }?.code == .exists)
        #expect(try root.restoreDirectory(path("d")) == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.place).sorted() == ["d", "x"])
    }

    @Test("Nothing is brought back through a symbolic link")
    func confined() throws {
        let outside = try TemporaryTree()
        let disk = try TemporaryTree()
        let root = try disk.open()
        try disk.link("out", to: outside.place)
        #expect(failure { try root.makeDirectories(above: path("out/d/x")) }?.code == .exists)
        let code = failure { try restore("out/x", in: root) }?.code
        #expect(code == .escapes || code == .notDirectory)
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.place) == [])
    }

    @Test(
        "Whatever fails, the name shows the old version or the new one, and no other name is left",
        arguments: [false, true])
    func faults(hasOld: Bool) throws {
        for number in 1... {
            let disk = try TemporaryTree()
            if hasOld { try disk.write("x", "old") }
            let faults = FaultPlan()
            let root = try disk.open(faults: faults)
            faults.restart(.once(number, errno: EIO))
            let error = failure { try restore("x", in: root, replacing: true) }
            let content = disk.content("x")
            #expect(content == "new" || content == (hasOld ? "old" : nil), "call \(number)")
            #expect(error != nil || content == "new")
            let names = try FileManager.default.contentsOfDirectory(atPath: disk.place)
            #expect(names.allSatisfy { $0 == "x" }, "call \(number): \(names)")
            if faults.operations.count < number { break }
        }
    }
}
