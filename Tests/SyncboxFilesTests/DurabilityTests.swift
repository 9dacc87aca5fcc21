// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct DurabilityTests {
    private func stage(_ count: Int, keepingOpen: Bool = true, in destination: Destination) throws -> [StagedEntry] {
        try (0..<count).map { _ in
            try destination.tree.staging.stage([1], as: file("1"), keepingOpen: keepingOpen)
        }
    }

    @Test(
        "Few contents are synced one by one, many by one call, and none where there is nothing",
        arguments: [
            (0, true, []), (1, true, ["fsync"]), (4, true, ["fsync", "fsync", "fsync", "fsync"]), (5, true, ["syncfs"]),
            (500, false, ["syncfs"]), (1, false, ["syncfs"]),
        ])
    func contents(_ count: Int, _ keepingOpen: Bool, _ calls: [String]) throws {
        let destination = try Destination()
        let staged = try stage(count, keepingOpen: keepingOpen, in: destination)
        destination.faults.restart()
        try destination.tree.syncContents(of: staged)
        #expect(destination.faults.operations == calls)
    }

    @Test("A symbolic link has no content to sync")
    func links() throws {
        let destination = try Destination()
        let link = Entry.symbolicLink(target: [0x61], modified: Timestamp(seconds: 1))
        let staged = [try destination.tree.staging.stageLink(link)]
        destination.faults.restart()
        try destination.tree.syncContents(of: staged)
        #expect(destination.faults.operations == [])
    }

    @Test("Directories and files are synced by their paths; what can't be opened, by the file system")
    func entries() async throws {
        let calls = try await asOrdinaryUser {
            let destination = try Destination()
            try destination.tree.makeDirectory(at: path("d"), mode: 0o755)
            try destination.commit("d/file", "content")
            try destination.commit("d/closed", "content", mode: 0)
            try destination.disk.link("link", to: "d")
            return try [["."], ["d", "d/file"], ["missing"], ["d/closed"], ["link"], ["a", "b", "c", "d", "e"]].map {
                names in
                destination.faults.restart()
                try destination.tree.syncEntries(at: Set(names.map { $0 == "." ? .root : try path($0) }))
                return destination.faults.operations.filter { $0 != "open" }
            }
        }
        #expect(calls == [["fsync"], ["fsync", "fsync"], [], ["syncfs"], ["syncfs"], ["syncfs"]])
    }

    @Test("No error of syncing is swallowed", arguments: [EIO, ENOSPC, EDQUOT])
    func errors(_ number: Int32) throws {
        let destination = try Destination()
        for count in [1, 10] {
            let staged = try stage(count, in: destination)
            destination.faults.restart(.once(1, errno: number))
            #expect(failure { try destination.tree.syncContents(of: staged) }?.errno == number)
        }
        destination.faults.restart(.once(2, errno: number))
        #expect(failure { try destination.tree.syncEntries(at: [.root]) }?.errno == number)
        destination.faults.restart(.once(1, errno: number))
        #expect(failure { try destination.tree.syncFileSystem() }?.errno == number)
    }
}
