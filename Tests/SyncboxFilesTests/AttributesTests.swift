// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Extended attributes, as getfattr(1) and getfacl(1) show them.
@Suite struct AttributesTests {
    private let source: TemporaryTree

    init() throws {
        source = try TemporaryTree()
    }

    /// All that getfattr(1) and getfacl(1) tell of a path, and its mode.
    private func shown(_ tree: TemporaryTree, _ name: String) throws -> String {
        let place = tree.absolute(name)
        return try tree.run(
            "/bin/sh",
            ["-c", "cd \"$0\"; getfattr -d -m - \"$1\"; getfacl -n \"$1\"; stat -c %a \"$1\"", tree.place, name]
        )
        .replacing(place, with: "")
    }

    private func script(_ text: String) throws {
        try source.run("/bin/sh", ["-ec", "cd \"$0\"; \(text)", source.place])
    }

    private func entry(_ name: String) throws -> Entry {
        let root = try Root(opening: source.place, preserving: [.xattrs])
        guard case .present(let observed) = try root.look(at: path(name)) else {
            throw FileError(.notFound, operation: "look", path: nil)
        }
        return observed.entry
    }

    @Test("A look tells the attributes that are mirrored, where it is asked to, and a file's content comes with them")
    func looks() throws {
        try script(
            """
            echo 1 > file; setfattr -n user.a -v 1 file; setfattr -n user.empty file; setfacl -m u:5:rw file
            mkdir d; setfacl -d -m g:7:rx d; ln -s file link; echo 2 > plain
            """)
        let attributes = try #require(try entry("file").attributes)
        let names = ["system.posix_acl_access", "user.a", "user.empty"]
        #expect(attributes.all.map { String(decoding: $0.name, as: UTF8.self) } == names)
        #expect(attributes.all.map(\.value.count) == [44, 1, 0])
        #expect(try entry("d").attributes?.all.count == 1)
        #expect(try entry("plain").attributes == Attributes([]))
        #expect(try entry("link").attributes == nil)
        let root = try Root(opening: source.place, preserving: [.xattrs])
        #expect(try root.read(path("file"), limit: 10).observed.entry.attributes == attributes)
        #expect(try source.open().read(path("file"), limit: 10).observed.entry.attributes == nil)
        let listed = try root.list(RelativePath.root).map { try $0.look.get() }
        for case .present(let observed) in listed { #expect(observed.entry.attributes == nil) }
    }

    @Test(
        "Attributes and lists are set exactly, with the mode, on what is new and on what is there",
        arguments: [
            "setfattr -n user.a -v 1 x", "setfacl -m u:5:rwx,g:6:r,m::rx x", "chmod 0444 x; setfattr -n user.b -v 2 x",
            "setfacl -m u:5:rw x; chmod 0640 x", "chmod 0; setfattr -n user.a -v 2 x || chmod 0 x",
            "setfattr -n user.c -v $(printf 'c%.0s' $(seq 3000)) x", "chmod 6755 x; setfacl -m u:5:rx x", ":",
        ])
    func exact(_ change: String) throws {
        let destination = try Destination()
        for (makes, kind) in [("echo content > x", "file"), ("mkdir x; setfacl -d -m u:9:rx x", "directory")] {
            try script("rm -rf x; \(makes); \(change)")
            let wanted = try entry("x")
            // Something with other attributes is there before; then something new takes its place.
            let old =
                "setfattr -n user.old -v 1 $0/x; setfattr -n user.a -v old $0/x; setfacl -m u:77:rwx $0/x; chmod 0500 $0/x"
            let make = kind == "file" ? "echo content > $0/x" : "mkdir $0/x"
            try destination.disk.run("/bin/sh", ["-ec", "rm -rf $0/x; \(make); \(old)", destination.disk.place])
            #expect(try destination.tree.setMetadata(wanted, at: path("x")) == nil)
            #expect(try shown(destination.disk, "x") == shown(source, "x"))
            guard kind == "file" else { continue }
            let staged = try destination.tree.staging.stage(Array("content\n".utf8), as: wanted, keepingOpen: false)
            #expect(staged.shortfall == nil)
            _ = try destination.tree.publish(staged, at: path("x"))
            #expect(try shown(destination.disk, "x") == shown(source, "x"))
        }
    }

    @Test("The server's own files get their attributes without root, also those that it may not write")
    func ordinary() async throws {
        try script("echo 1 > x; setfattr -n user.a -v 1 x; setfacl -m u:5:r x; chmod 0440 x")
        let wanted = try entry("x")
        let (shown, shortfall) = try await asOrdinaryUser {
            let destination = try Destination()
            try destination.disk.write("x", "1\n")
            chmod(destination.disk.absolute("x"), 0o440)
            let shortfall = try destination.tree.setMetadata(wanted, at: path("x"))
            return (
                try destination.disk.run(
                    "/usr/bin/getfattr", ["--only-values", "-n", "user.a", destination.disk.absolute("x")]), shortfall
            )
        }
        #expect(shown == "1")
        #expect(shortfall == nil)
    }

    @Test(
        "What can't be held is told, and everything else is set",
        arguments: [
            (EOPNOTSUPP, ProblemKind.unsupported), (EPERM, .permission), (ENOSPC, .unsupported), (E2BIG, .unsupported),
            (EDQUOT, .noSpace),
        ])
    func cannot(_ number: Int32, _ kind: ProblemKind) throws {
        try script("echo 1 > x; setfattr -n user.a -v 1 x; setfattr -n user.b -v 2 x; chmod 0600 x")
        let wanted = try entry("x")
        let destination = try Destination()
        try destination.commit("x", "1\n")
        destination.faults.restart()
        _ = try destination.tree.setMetadata(wanted, at: path("x"))
        let call = try #require(destination.faults.operations.firstIndex(of: "setxattr"))
        destination.faults.restart()
        try destination.commit("x", "1\n")
        destination.faults.restart(.once(call + 1, errno: number))
        let shortfall = try destination.tree.setMetadata(wanted, at: path("x"))
        #expect(shortfall?.lacking == [.xattrs])
        #expect(shortfall?.error.problemKind == kind)
        #expect(try shown(destination.disk, "x").contains("user.a"))
        #expect(try !shown(destination.disk, "x").contains("user.b"))
        #expect(try destination.disk.stat("%a", "x") == "600")
        destination.faults.restart()
        try destination.commit("x", "1\n")
        destination.faults.restart(.once(call + 1, errno: EIO))
        #expect(failure { _ = try destination.tree.setMetadata(wanted, at: path("x")) }?.code == .inputOutput)
    }
}
