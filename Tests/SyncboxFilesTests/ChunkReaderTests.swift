// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Large files, cut into chunks. The oracles are sha256sum(1) and stat(1).
@Suite struct ChunkReaderTests {
    private let tree: TemporaryTree

    init() throws {
        tree = try TemporaryTree()
    }

    private func read(_ name: String, about length: UInt64) throws -> (list: ChunkList, digest: String) {
        let file = try tree.open().openForReading(RelativePath(name))
        let reader = ChunkReader(file, ChunkSize(for: file.size))
        while try !reader.read(about: length).isEmpty {}
        return (reader.list, reader.digest.hex)
    }

    @Test(
        "The chunks of a file are all of it, and the digest is that of its bytes, however it is made",
        arguments: [
            "head -c 3000001 /dev/urandom > $0", ": > $0", "echo a > $0", "truncate -s 9M $0",
            "truncate -s 9M $0; echo end >> $0",
            "head -c 100000 /dev/urandom > $0; truncate -s 5M $0; head -c 2M /dev/urandom >> $0; truncate -s 12M $0",
            "yes | head -c 1000000 > $0; truncate -s 1100000 $0; echo x >> $0",
        ])
    func whole(script: String) throws {
        _ = try tree.run("/bin/bash", ["-c", script, tree.absolute("f")])
        let sum = String(try tree.run("/usr/bin/sha256sum", [tree.absolute("f")]).prefix(64))
        let (list, digest) = try read("f", about: .max / 2)
        #expect(digest == sum)
        #expect(try list.chunks.reduce(0) { $0 + Int($1.length) } == Int(tree.stat("%s", "f")))
        #expect(try read("f", about: 70_000).list == list, "in small parts it is cut in the same way")
    }

    @Test("Holes are chunks of their own, and what lies behind one is cut as if it stood alone")
    func holes() throws {
        _ = try tree.run(
            "/bin/bash",
            [
                "-c",
                """
                head -c 2M /dev/urandom > $0/data; truncate -s 4M $0/torn; cat $0/data >> $0/torn
                """, tree.place,
            ])
        let (alone, behind) = (try read("data", about: 1 << 30).list, try read("torn", about: 1 << 30).list)
        #expect(behind.chunks == [Chunk(length: 4 << 20, hash: nil)] + alone.chunks)
    }

    @Test("What was read of a file that was cut off meanwhile does not count")
    func cut() throws {
        try tree.write("f", [UInt8](repeating: 1, count: 3 << 20))
        let file = try tree.open().openForReading(RelativePath("f"))
        _ = try tree.run("/usr/bin/truncate", ["--size", "1000", tree.absolute("f")])
        let reader = ChunkReader(file, ChunkSize(for: file.size))
        let error = #expect(throws: FileError.self) {
            while try !reader.read(about: 1 << 20).isEmpty {}
            try file.checkUnchanged()
        }
        #expect(error?.code == .busy)
    }
}
