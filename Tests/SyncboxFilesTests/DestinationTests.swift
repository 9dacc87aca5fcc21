// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct DestinationTests {
    @Test(
        "A published file has its content, mode and time to the nanosecond",
        arguments: [0o000, 0o444, 0o644, 0o4755, 0o7777] as [UInt16])
    func published(_ mode: UInt16) async throws {
        let destination = try Destination()
        try destination.commit("file", "content", mode: mode, seconds: -1)
        #expect(
            try destination.listing() == ["file f \(String(mode, radix: 8)) 1969-12-31T23:59:59.1234567890 content"])
        #expect(try destination.staged() == [])
    }

    @Test("A directory in the way is refused unless it is to be replaced")
    func directoryInTheWay() throws {
        let destination = try Destination()
        try destination.disk.makeDirectory("name/inner")
        let staged = try destination.tree.staging.stage([], as: file(""), keepingOpen: false)
        #expect(failure { _ = try destination.tree.publish(staged, at: path("name")) }?.code == .isDirectory)
        let displaced = try #require(try destination.tree.publish(staged, at: path("name"), replacingDirectory: true))
        #expect(displaced.kind == .directory)
        #expect(try destination.staged().count == 1)
        try destination.tree.staging.remove(displaced)
        #expect(try destination.staged() == [])
    }

    @Test("Where names can't be exchanged, a directory is replaced in two steps")
    func withoutExchange() throws {
        let destination = try Destination()
        try destination.disk.makeDirectory("name/inner")
        let staged = try destination.tree.staging.stage([], as: file(""), keepingOpen: false)
        // The second rename is the exchange.
        destination.faults.restart(.once(2, errno: EINVAL))
        _ = try destination.tree.publish(staged, at: path("name"), replacingDirectory: true)
        #expect(destination.faults.operations == ["rename", "rename", "rename", "rename"])
        #expect(try destination.listing().count == 1)
    }

    @Test("A directory that exists keeps what is in it")
    func existingDirectory() throws {
        let destination = try Destination()
        try destination.tree.makeDirectory(at: path("name"), mode: 0o755)
        try destination.commit("name/file", "content")
        try destination.tree.makeDirectory(at: path("name"), mode: 0o711)
        #expect(try destination.listing().first == "name d 711")
        #expect(destination.disk.content("name/file") == "content")
    }

    @Test("A directory moves with all below it, and over nothing")
    func moves() throws {
        let destination = try Destination()
        try destination.tree.makeDirectory(at: path("a"), mode: 0o755)
        try destination.commit("a/file", "content")
        try destination.tree.makeDirectory(at: path("b"), mode: 0o755)
        #expect(failure { try destination.tree.move(path("a"), to: path("b"), kind: .directory) }?.code == .exists)
        try destination.tree.move(path("a"), to: path("b/a"), kind: .directory)
        #expect(destination.disk.content("b/a/file") == "content")
        #expect(failure { try destination.tree.move(path("a"), to: path("c"), kind: .directory) }?.code == .notFound)
        #expect(failure { try destination.tree.move(path("b"), to: path("x/y"), kind: .directory) }?.code == .notFound)
        #expect(
            failure { try destination.tree.move(path("b"), to: path("b/a/b"), kind: .directory) }?.code == .unsupported)
    }

    @Test("Removing says whether anything was there, and never takes more than the name")
    func removes() throws {
        let destination = try Destination()
        try destination.commit("file", "content")
        try destination.disk.makeDirectory("full/inner")
        #expect(try destination.tree.remove(path("file")))
        #expect(try !destination.tree.remove(path("file")))
        #expect(try !destination.tree.remove(path("missing/below")))
        #expect(failure { try destination.tree.remove(path("full")) }?.code == .notEmpty)
        #expect(try destination.tree.remove(path("full/inner")))
        #expect(try destination.tree.remove(path("full")))
        #expect(failure { try destination.tree.remove(.root) }?.code == .isDirectory)
    }

    @Test("The root's modification time can be set, its mode can't")
    func rootMetadata() throws {
        let destination = try Destination()
        let mode = try destination.disk.stat("%a", ".")
        try destination.tree.setMetadata(.directory(mode: 0o700, modified: Timestamp(seconds: 42)), at: .root)
        #expect(try destination.disk.stat("%Y %a", ".") == "42 " + mode)
    }

    @Test("Directories that forbid their owner to write are written all the same, and get their modes back")
    func closedDirectories() async throws {
        let listing = try await asOrdinaryUser {
            let destination = try Destination()
            let tree = destination.tree
            for (name, mode) in [("a", 0o555), ("a/b", 0o000), ("a/b/c", 0o500), ("d", 0o444)] as [(String, UInt16)] {
                try tree.makeDirectory(at: path(name), mode: mode)
            }
            try destination.commit("a/b/c/file", "old", mode: 0o000)
            try destination.commit("a/b/c/file", "new", mode: 0o000)
            try destination.commit("a/gone", "gone")
            #expect(try tree.remove(path("a/gone")))
            try tree.setMetadata(.directory(mode: 0o500, modified: Timestamp(seconds: 5)), at: path("a/b/c"))
            try tree.move(path("a/b/c"), to: path("d/c"), kind: .directory)
            guard case .present(let observed) = try tree.look(at: path("d/c/file")) else { return ["nothing found"] }
            #expect(observed.entry.mode == 0)
            let source = try tree.openForReading(path("d/c/file"))
            try source.checkUnchanged()
            try tree.restoreModes()
            var buffer = [UInt8](repeating: 0, count: 4)
            #expect(try buffer.withUnsafeMutableBytes { try source.read(at: 0, into: $0) } == 3)
            let modes = try ["a", "d"].map { try destination.disk.stat("%a", $0) }
            for name in ["a", "a/b", "d", "d/c"] {
                modesBelow(destination, name)
            }
            return modes
        }
        #expect(listing == ["555", "444"])
    }

    private func modesBelow(_ destination: Destination, _ name: String) {
        chmod(destination.disk.absolute(name), 0o700)
    }
}
