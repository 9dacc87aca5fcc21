// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@Suite struct ConfinementTests {
    /// A call that would leave the tree if it followed the symbolic link `out`.
    struct Escape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let attempt: @Sendable (Destination) throws -> Void
    }

    static let escapes: [Escape] = [
        Escape(testDescription: "write") { try $0.commit("out/file", "escaped") },
        Escape(testDescription: "make a directory") { try $0.tree.makeDirectory(at: path("out/new"), mode: 0o700) },
        Escape(testDescription: "move out") { try $0.tree.move(path("inside"), to: path("out/inside"), kind: .file) },
        Escape(testDescription: "move in") { try $0.tree.move(path("out/victim"), to: path("in"), kind: .file) },
        Escape(testDescription: "set metadata") {
            try $0.tree.setMetadata(file("", mode: 0o777), at: path("out/victim"))
        },
        Escape(testDescription: "read") { _ = try $0.tree.openForReading(path("out/victim")) },
        Escape(testDescription: "read a link") { _ = try $0.tree.openForReading(path("victim-link")) },
        Escape(testDescription: "list") { _ = try $0.tree.root.list(path("out")) },
    ]

    @Test("No call follows a symbolic link out of the tree", arguments: escapes)
    func refused(_ escape: Escape) throws {
        let (outside, destination) = try fixture()
        let before = try snapshot(outside)
        let code = failure { try escape.attempt(destination) }?.code
        #expect(code == .escapes || code == .notDirectory)
        #expect(try snapshot(outside) == before)
        #expect(destination.disk.content("inside") == "inside")
    }

    @Test("Removing or replacing a symbolic link, or setting its metadata, leaves what it points to alone")
    func linkItself() throws {
        let (outside, destination) = try fixture()
        let before = try snapshot(outside)
        #expect(try !destination.tree.remove(path("out/victim")))
        let link = Entry.symbolicLink(target: [], modified: Timestamp(seconds: 77))
        try destination.tree.setMetadata(link, at: path("victim-link"))
        #expect(try destination.disk.stat("%Y", "victim-link") == "77")
        try destination.commit("victim-link", "now a file")
        #expect(try destination.tree.remove(path("out")))
        #expect(try snapshot(outside) == before)
    }

    @Test("A directory that turns into a symbolic link at any moment lets nothing out")
    func race() throws {
        let (outside, destination) = try fixture()
        let before = try snapshot(outside)
        try destination.tree.makeDirectory(at: path("swapped"), mode: 0o700)
        let isOver = Atomic(false)
        let (one, other) = (destination.disk.absolute("swapped"), destination.disk.absolute("out"))
        let attacker = NamedThread("attacker") {
            while !isOver.load(ordering: .relaxed) { linux_renameat2(AT_FDCWD, one, AT_FDCWD, other, 2) }
        }
        var refused = 0
        for number in 0..<2000 {
            let error = failure {
                let staged = try destination.tree.staging.stage([1], as: file("1"), keepingOpen: false)
                _ = try destination.tree.publish(staged, at: path("swapped/\(number % 10)"))
                try destination.tree.setMetadata(file("1"), at: path("swapped/\(number % 10)"))
            }
            if error != nil { refused += 1 }
        }
        isOver.store(true, ordering: .relaxed)
        attacker.join()
        #expect(refused > 0)
        #expect(try snapshot(outside) == before)
    }

    @Test(
        "Syncbox's own directory can't be written by a mirrored path",
        arguments: [".syncbox", ".syncbox/lock", ".syncbox/staging/x"])
    func reserved(_ name: String) throws {
        let (_, destination) = try fixture()
        #expect(failure { try destination.commit(name, "content") }?.code == .reserved)
        #expect(failure { try destination.tree.remove(path(name)) }?.code == .reserved)
        #expect(failure { try destination.tree.move(path("inside"), to: path(name), kind: .file) }?.code == .reserved)
        #expect(failure { try destination.tree.move(path(name), to: path("x"), kind: .file) }?.code == .reserved)
        #expect(failure { try destination.tree.makeDirectory(at: path(name), mode: 0o777) }?.code == .reserved)
        #expect(failure { try destination.tree.setMetadata(file("", mode: 0o777), at: path(name)) }?.code == .reserved)
    }

    @Test("No error tells where the tree lies")
    func errorsTellNoPlace() throws {
        let (_, destination) = try fixture()
        let place = destination.disk.place
        for escape in Self.escapes {
            let error = try #require(failure { try escape.attempt(destination) })
            #expect(!"\(error)".contains(place) && !String(reflecting: error).contains(place))
        }
        let missing = failure { _ = try Root(opening: place + "/missing") }
        #expect(missing?.description == "open of . failed: No such file or directory")
    }

    @Test("A second server can't take a destination that is taken")
    func lock() throws {
        let (_, destination) = try fixture()
        let second = try destination.disk.open()
        #expect(failure { _ = try Staging(in: second, keeping: []) }?.code == .busy)
        withExtendedLifetime(destination) {}
    }

    private func fixture() throws -> (outside: TemporaryTree, Destination) {
        let outside = try TemporaryTree()
        try outside.write("victim", "untouched")
        let destination = try Destination()
        try destination.disk.link("out", to: outside.place)
        try destination.disk.link("victim-link", to: outside.absolute("victim"))
        try destination.disk.write("inside", "inside")
        return (outside, destination)
    }

    private func snapshot(_ tree: TemporaryTree) throws -> [String?] {
        try [
            tree.run("/usr/bin/find", [tree.place, "-printf", "%P %y %m %T@ %C@\n"]), tree.content("victim"),
        ]
    }
}
