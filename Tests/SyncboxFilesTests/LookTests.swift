// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct LookTests {
    /// What a look should find.
    enum Expected: Sendable {
        case present(Entry.Kind)
        case absent
        case special
    }

    @Test(
        "A look finds what is there, and absence only where the place could be seen",
        arguments: [
            ("file", .present(.file)),
            ("directory", .present(.directory)),
            ("directory/inner", .present(.file)),
            ("link", .present(.symbolicLink)),
            ("dangling", .present(.symbolicLink)),
            ("loop", .present(.symbolicLink)),
            ("pipe", .special),
            ("missing", .absent),
            ("missing/below", .absent),
            ("file/below", .absent),
            ("link/inner", .absent),
            ("outside/etc", .absent),
            ("loop/below", .absent),
        ] as [(String, Expected)])
    func finds(_ place: String, _ expected: Expected) throws {
        let tree = try TemporaryTree()
        try tree.makeDirectory("directory")
        try tree.write("file", "content")
        try tree.write("directory/inner", "")
        try tree.link("link", to: "directory")
        try tree.link("dangling", to: "nowhere")
        try tree.link("loop", to: "loop")
        try tree.link("outside", to: "/")
        #expect(mkfifo(tree.absolute("pipe"), 0o600) == 0)
        switch (try tree.open().look(at: path(place)), expected) {
        case (.present(let observed), .present(let kind)): #expect(observed.entry.kind == kind)
        case (.absent, .absent), (.special, .special): break
        case (let found, _): Issue.record("found \(found)")
        }
    }

    @Test("A look tells the same as stat(1)", arguments: ["file", "directory", "link"])
    func tellsTheSame(_ name: String) throws {
        let tree = try TemporaryTree()
        try tree.write("file", "content")
        chmod(tree.absolute("file"), 0o4751)
        try tree.makeDirectory("directory")
        chmod(tree.absolute("directory"), 0o1705)
        try tree.link("link", to: "some/target")
        try tree.run("/usr/bin/touch", ["-h", "-d", "1969-12-31 23:59:58.123456789Z", tree.absolute(name)])
        guard case .present(let observed) = try tree.open().look(at: path(name)) else {
            Issue.record("nothing found")
            return
        }
        #expect(observed.entry.modified == Timestamp(seconds: -2, nanoseconds: 123_456_789))
        #expect(String(observed.identity.inode) == (try tree.stat("%i", name)))
        #expect(String(observed.changed.seconds) == (try tree.stat("%Z", name)))
        if name != "link" { #expect(String(observed.entry.mode, radix: 8) == (try tree.stat("%a", name))) }
        #expect(observed.entry.size == (name == "file" ? 7 : 0))
        #expect(observed.entry.target == (name == "link" ? Array("some/target".utf8) : []))
        #expect(observed.entry.digest == nil)
        let born = try tree.stat("%W", name)
        if born != "0" { #expect(String(observed.identity.born.seconds) == born) }
    }

    @Test("A directory that may not be searched makes what is in it unknown, not absent")
    func unknownIsNotAbsent() async throws {
        let tree = try TemporaryTree()
        let found = try await asOrdinaryUser {
            try tree.makeDirectory("closed")
            try tree.write("closed/file", "content")
            chmod(tree.absolute("closed"), 0)
            let root = try tree.open()
            return [
                failure { _ = try root.look(at: path("closed/file")) }?.code,
                failure { _ = try root.look(at: path("closed/missing")) }?.code,
                failure { _ = try root.list(path("closed")) }?.code,
                failure { _ = try root.subdirectories(of: path("closed")) }?.code,
            ]
        }
        #expect(found == [.permission, .permission, .permission, .permission])
    }

    @Test("Any call of a look that fails makes the look fail", arguments: [EIO, EACCES, ENOMEM, ESTALE])
    func anyFailureIsThrown(_ number: Int32) throws {
        let tree = try TemporaryTree()
        try tree.link("link", to: "target")
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        faults.restart()
        _ = try root.look(at: path("link"))
        let calls = faults.operations
        #expect(calls == ["open", "stat", "readlink"])
        for call in 1...calls.count {
            faults.restart(.once(call, errno: number))
            #expect(failure { _ = try root.look(at: path("link")) }?.errno == number)
        }
    }

    @Test("The root no longer stands once it is renamed, replaced or removed")
    func rootStands() throws {
        let tree = try TemporaryTree()
        try tree.makeDirectory("source")
        let root = try Root(opening: tree.absolute("source"))
        #expect(root.stillStands())
        rename(tree.absolute("source"), tree.absolute("elsewhere"))
        #expect(!root.stillStands())
        try tree.makeDirectory("source")
        #expect(!root.stillStands())
        rmdir(tree.absolute("source"))
        rename(tree.absolute("elsewhere"), tree.absolute("source"))
        #expect(root.stillStands())
    }

    @Test("A path of 4095 bytes is looked at, written and listed like any other")
    func longestPath() throws {
        let tree = try TemporaryTree()
        let root = try tree.open()
        let destination = DestinationTree(root: root, staging: try Staging(in: root, keeping: []))
        let name = [UInt8](repeating: 0xFF, count: RelativePath.longestName)
        var longest = RelativePath.root
        for _ in 1..<16 {
            longest = try longest.appending(name)
            try destination.makeDirectory(at: longest, mode: 0o700)
        }
        let directory = longest
        longest = try longest.appending(name)
        #expect(longest.bytes.count == RelativePath.longestPath)
        let entry = Entry.file(size: 3, digest: nil, mode: 0o640, modified: Timestamp(seconds: 5, nanoseconds: 7))
        let staged = try destination.staging.stage([1, 2, 3], as: entry, keepingOpen: false)
        _ = try destination.publish(staged, at: longest)
        #expect(try root.read(longest, limit: 10).bytes == [1, 2, 3])
        let listed = try root.list(directory)
        #expect(listed.map(\.name) == [name])
        guard case .success(.present(let observed)) = listed.first?.look else {
            Issue.record("nothing listed")
            return
        }
        #expect(observed.entry == entry)
    }
}
