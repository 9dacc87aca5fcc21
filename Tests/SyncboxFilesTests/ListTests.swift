// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite struct ListTests {
    @Test("A list has every name once, ordered by its bytes, with what a look at it finds")
    func listsAll() throws {
        let tree = try TemporaryTree()
        let root = try tree.open()
        let destination = DestinationTree(root: root, staging: try Staging(in: root, keeping: []))
        let names: [[UInt8]] = [
            Array("a".utf8), Array("a-b".utf8), Array(".hidden".utf8), Array("...".utf8), [0xFF, 0xFE], [0x0A, 0x1B],
            Array("é".utf8), Array("e\u{301}".utf8), [UInt8](repeating: 0x80, count: 255), Array(" ".utf8),
        ]
        let directory = try path("directory")
        try destination.makeDirectory(at: directory, mode: 0o700)
        for name in names {
            let link = Entry.symbolicLink(target: name, modified: Timestamp(seconds: 1))
            _ = try destination.publish(destination.staging.stageLink(link), at: directory.appending(name))
        }
        let listed = try root.list(directory)
        #expect(listed.map(\.name) == names.sorted { $0.lexicographicallyPrecedes($1) })
        for entry in listed {
            guard case .present(let observed) = try entry.look.get() else {
                Issue.record("nothing at \(entry.name)")
                continue
            }
            #expect(observed.entry.target == entry.name)
            #expect(try root.look(at: directory.appending(entry.name)) == .present(observed))
        }
    }

    @Test("Directories are told apart without a look at each name")
    func subdirectories() throws {
        let tree = try TemporaryTree()
        try tree.makeDirectory("one")
        try tree.makeDirectory("two/inner")
        try tree.write("file", "")
        try tree.link("link", to: "one")
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        faults.restart()
        let found = try root.subdirectories(of: .root)
        #expect(Set(found) == [Array("one".utf8), Array("two".utf8)])
        #expect(faults.operations == ["open", "list", "list"])
    }

    @Test("A directory of 30,000 names is listed whole, and one that can't be read to its end is not listed at all")
    func largeDirectory() throws {
        let tree = try TemporaryTree()
        let count = 30_000
        try tree.run("/bin/sh", ["-c", "cd \"$0\" && seq -w 1 \(count) | xargs touch", tree.place])
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        faults.restart()
        let listed = try root.list(.root)
        #expect(listed.count == count)
        #expect(listed.map(\.name) == (1...count).map { Array(String(format: "%05d", $0).utf8) })
        let reads = faults.operations.indices.filter { faults.operations[$0] == "list" }
        #expect(reads.count > 2)
        for read in reads {
            faults.restart(.once(read + 1, errno: EIO))
            #expect(failure { _ = try root.list(.root) }?.code == .inputOutput)
        }
    }

    @Test("A name that vanishes before it is looked at is left out; one that can't be looked at is unknown")
    func singleNames() throws {
        let tree = try TemporaryTree()
        try tree.write("a", "")
        try tree.write("b", "")
        let faults = FaultPlan()
        let root = try tree.open(faults: faults)
        faults.restart(.once(3, errno: ENOENT))
        #expect(try root.list(.root).count == 1)
        faults.restart(.once(3, errno: ENOTCONN))
        let listed = try root.list(.root)
        #expect(listed.count == 2)
        #expect(listed.filter { if case .failure = $0.look { true } else { false } }.count == 1)
    }
}
