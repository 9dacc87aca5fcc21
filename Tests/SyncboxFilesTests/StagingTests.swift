// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct StagingTests {
    @Test(
        "A sweep removes whatever a crash left, however deep and whatever its modes, and nothing that a link points to")
    func sweeps() async throws {
        let staged = try await asOrdinaryUser {
            let disk = try TemporaryTree()
            try disk.write("precious", "content")
            _ = try Destination(at: disk)
            try disk.makeDirectory(".syncbox/staging/t-1/a/b")
            try disk.write(".syncbox/staging/t-1/a/file", "content")
            try disk.link(".syncbox/staging/t-1/a/b/link", to: disk.absolute("precious"))
            try disk.link(".syncbox/staging/directory-link", to: disk.place)
            try disk.makeDirectory(".syncbox/staging/deep")
            chdirDown(disk.absolute(".syncbox/staging/deep"), levels: 3000)
            for closed in ["t-1/a/b", "t-1/a", "t-1"] { chmod(disk.absolute(".syncbox/staging/" + closed), 0) }
            let destination = try Destination(at: disk)
            #expect(disk.content("precious") == "content")
            return try destination.staged()
        }
        #expect(staged == [])
    }

    @Test("What can't be staged leaves nothing behind, and one error after another doesn't hide the first")
    func cleansUp() throws {
        let destination = try Destination()
        let entry = file("content")
        for call in 2...4 {
            destination.faults.restart(.once(call, errno: ENOSPC))
            #expect(throws: FileError.self) {
                try destination.tree.staging.stage(Array("content".utf8), as: entry, keepingOpen: false)
            }
            #expect(try destination.staged() == [])
        }
        destination.faults.restart(.onward(3, errno: EIO))
        let error = failure {
            _ = try destination.tree.staging.stage(Array("content".utf8), as: entry, keepingOpen: false)
        }
        #expect(error?.operation == "chmod")
    }

    @Test("Only the server's own user can look into what is staged")
    func isPrivate() throws {
        let destination = try Destination()
        _ = try destination.tree.staging.stage([1], as: file("1", mode: 0o666), keepingOpen: false)
        #expect(try destination.disk.stat("%a", ".syncbox") == "700")
        #expect(try destination.disk.stat("%a", ".syncbox/staging") == "700")
    }
}

/// Makes a chain of directories that is deeper than any path is long.
private func chdirDown(_ place: String, levels: Int) {
    var directory = linux_open(place, O_RDONLY | O_DIRECTORY)
    for _ in 0..<levels {
        mkdirat(directory, "d", 0o755)
        let next = linux_openat(directory, "d", O_RDONLY | O_DIRECTORY, 0)
        close(directory)
        directory = next
    }
    close(directory)
}
