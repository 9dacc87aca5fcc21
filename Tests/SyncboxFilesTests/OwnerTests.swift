// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Owners, as stat(1) shows them. To give something away takes root.
@Suite struct OwnerTests {
    private func owned(_ entry: Entry, by user: UInt32 = 1234, _ group: UInt32 = 4321) -> Entry {
        var entry = entry
        entry.owner = Owner(user: user, group: group)
        return entry
    }

    @Test("A look tells an entry's owner where that is asked for, and only then")
    func looks() throws {
        let tree = try TemporaryTree()
        try tree.write("file", "content")
        try tree.link("link", to: "nowhere")
        let own = Owner(user: geteuid(), group: getegid())
        for (preserved, owner) in [(Set<Preserve>([.owner]), own as Owner?), ([], nil)] {
            let root = try Root(opening: tree.place, preserving: preserved)
            var looks = try root.list(RelativePath.root).map { try $0.look.get() }
            looks += try [root.look(at: path("file")), root.look(at: path("link"))]
            #expect(looks.count == 4)
            for case .present(let observed) in looks { #expect(observed.entry.owner == owner) }
            #expect(try root.read(path("file"), limit: 100).observed.entry.owner == owner)
        }
    }

    @Test(
        "Everything gets its owner, and keeps the set-user-ID bits that chown(2) takes away",
        .enabled(if: geteuid() == 0))
    func gives() throws {
        let destination = try Destination()
        let (tree, staging) = (destination.tree, destination.tree.staging)
        let content = owned(file("content", mode: 0o6755))
        let staged = try staging.stage(Array("content".utf8), as: content, keepingOpen: false)
        #expect(staged.shortfall == nil)
        _ = try tree.publish(staged, at: path("file"))
        let upload = try staging.createUpload(#require(UploadID("u")))
        _ = try tree.publish(upload.finish(as: content), at: path("large"))
        let link = owned(.symbolicLink(target: Array("/etc/passwd".utf8), modified: Timestamp(seconds: 1)))
        _ = try tree.publish(staging.stageLink(link), at: path("link"))
        let directory = owned(.directory(mode: 0o2755, modified: Timestamp(seconds: 1)))
        try tree.makeDirectory(at: path("d"), mode: directory.mode)
        #expect(try tree.setMetadata(directory, at: path("d")) == nil)
        let disk = destination.disk
        #expect(try disk.stat("%u %g %a", "file") == "1234 4321 6755")
        #expect(try disk.stat("%u %g %a", "large") == "1234 4321 6755")
        #expect(try disk.stat("%u %g %a", "d") == "1234 4321 2755")
        #expect(try disk.stat("%u %g", "link") == "1234 4321")
        #expect(try tree.setMetadata(owned(content, by: 1), at: path("file")) == nil)
        #expect(try disk.stat("%u %g %a", "file") == "1 4321 6755")
        #expect(try disk.run("/usr/bin/stat", ["-c", "%u", "/etc/passwd"]) == "0")
        #expect(try tree.setMetadata(directory, at: .root) == nil)
        #expect(try disk.stat("%u", ".") == "0")
    }

    @Test("Who may give nothing away tells it, and how to mend it; the content stands there all the same")
    func mayNot() async throws {
        let (errors, listing, own) = try await asOrdinaryUser {
            let destination = try Destination()
            let foreign = owned(file("content"), by: 0, 0)
            let staged = try destination.tree.staging.stage(Array("content".utf8), as: foreign, keepingOpen: false)
            _ = try destination.tree.publish(staged, at: path("file"))
            let later = try destination.tree.setMetadata(foreign, at: path("file"))
            let user = try UInt32(destination.disk.stat("%u", "file")) ?? 0
            let group = try UInt32(destination.disk.stat("%g", "file")) ?? 0
            let own = try destination.tree.setMetadata(owned(foreign, by: user, group), at: path("file"))
            return ([staged.shortfall, later], try destination.listing(), own)
        }
        #expect(own == nil)
        #expect(errors.map { $0?.lacking } == [[.owner], [.owner]])
        #expect(errors.allSatisfy { $0?.error.problemKind == .permission })
        #expect(errors.allSatisfy { $0?.error.description.contains("AmbientCapabilities=CAP_CHOWN") ?? false })
        #expect(listing == ["file f 640 1970-01-01T00:00:01.1234567890 content"])
    }

    @Test(
        "A user that the file system can't hold is told; what fails below the file system fails the whole",
        arguments: [EINVAL, EIO])
    func otherErrors(_ number: Int32) throws {
        let destination = try Destination()
        try destination.commit("file", "content")
        destination.faults.restart(.once(2, errno: number))
        let foreign = owned(file("content"), by: geteuid() + 1)
        var shortfall: Shortfall?
        let error = failure { shortfall = try destination.tree.setMetadata(foreign, at: path("file")) }
        #expect(destination.faults.operations[1] == "chown")
        #expect(error?.code == (number == EIO ? .inputOutput : nil))
        #expect(shortfall?.error.problemKind == (number == EIO ? nil : .unsupported))
    }
}
