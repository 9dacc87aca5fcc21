// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Holes: zeros that take no room. The oracles are sha256sum(1) and what stat(1) says of blocks.
@Suite struct SparseTests {
    private let tree: TemporaryTree

    init() throws {
        tree = try TemporaryTree()
    }

    /// Makes a file of `size` bytes with a block of data at each of `offsets`.
    private func make(_ name: String, size: Int, dataAt offsets: [Int]) throws {
        let file = Descriptor(owning: linux_open(try create(name), O_RDWR))
        try #require(ftruncate(file.number, size) == 0)
        let block = [UInt8](repeating: 7, count: 4096)
        for offset in offsets { try #require(pwrite(file.number, block, block.count, offset) == block.count) }
    }

    private func create(_ name: String) throws -> String {
        try tree.write(name, "")
        return tree.absolute(name)
    }

    private func sum(_ name: String) throws -> String {
        String(try tree.run("/usr/bin/sha256sum", [tree.absolute(name)]).prefix(64))
    }

    /// How much room a file takes, in bytes.
    private func room(_ name: String) throws -> Int {
        try #require(Int(tree.stat("%b", name))) * 512
    }

    @Test(
        "The data of a file is found, wherever it is, and its digest is that of all bytes",
        arguments: [
            [], [0], [1 << 20], [99 << 20], [0, 1 << 20, 50 << 20], [(100 << 20) - 4096],
        ])
    func data(_ offsets: [Int]) throws {
        let size = 100 << 20
        try make("file", size: size, dataAt: offsets)
        let file = try tree.open().openForReading(path("file"))
        var found: [Int] = []
        var offset: UInt64 = 0
        while let data = try file.data(from: offset) {
            found.append(Int(data.lowerBound))
            offset = data.upperBound
        }
        #expect(found == offsets)
        var digest = ContentDigest()
        try file.digest(0..<4097, into: &digest)
        try file.digest(4097..<file.size, into: &digest)
        #expect(digest.value.hex == (try sum("file")))
        #expect(failure { try file.digest(0..<file.size + 1, into: &digest) }?.code == .busy)
    }

    @Test("Where the file system knows no holes, everything is data")
    func noHoles() throws {
        try make("file", size: 1 << 20, dataAt: [])
        let faults = FaultPlan()
        let file = try tree.open(faults: faults).openForReading(path("file"))
        faults.restart(.onward(1, errno: EINVAL))
        #expect(try file.data(from: 10) == 10..<(1 << 20))
        #expect(try file.data(from: 1 << 20) == nil)
    }

    @Test("An upload with holes takes no room for them, and its digest is right, before and after it is opened again")
    func upload() throws {
        let id = try #require(UploadID("u"))
        let block = [UInt8](repeating: 7, count: 4096)
        try make("file", size: 300 << 20, dataAt: [0, 100 << 20])
        for reopens in [false, true] {
            let disk = try TemporaryTree()
            let destination = try Destination(at: disk)
            var upload = try destination.tree.staging.createUpload(id)
            try block.withUnsafeBytes { try upload.write($0, at: 0) }
            try upload.extend(to: 100 << 20)
            #expect(try upload.length() == 100 << 20)
            if reopens {
                // Nothing is known about what arrived before.
                upload = try #require(try destination.tree.staging.openUpload(id))
            }
            try upload.extend(to: 3)
            try block.withUnsafeBytes { try upload.write($0, at: 100 << 20) }
            try upload.extend(to: 300 << 20)
            #expect(try upload.length() == 300 << 20)
            #expect(try upload.digest().hex == sum("file"))
            #expect(try #require(Int(disk.stat("%b", ".syncbox/staging/u-u"))) * 512 < 1 << 20)
        }
    }

    /// The content as runs of (byte, count), and how many bytes of room it may take at most.
    @Test(
        "Whole blocks of zeros are written as holes, and the content is the same",
        arguments: [
            ([(0, 262_144)], 0),
            ([(1, 100), (0, 200_000), (2, 100)], 8192 + 4096),
            ([(1, 4096), (0, 4096), (1, 4096)], 8192),
            ([(0, 4095)], 4096),
            ([(1, 10), (0, 100_000)], 8192),
            ([], 0),
        ] as [([(UInt8, Int)], Int)])
    func stages(_ runs: [(UInt8, Int)], _ most: Int) throws {
        let content = runs.flatMap { [UInt8](repeating: $0, count: $1) }
        let destination = try Destination(at: tree)
        var entry = file("")
        entry.size = UInt64(content.count)
        let staged = try destination.tree.staging.stage(content, as: entry, keepingOpen: false)
        _ = try destination.tree.publish(staged, at: path("file"))
        #expect(FileManager.default.contents(atPath: tree.absolute("file")).map(Array.init) == content)
        try tree.run("/usr/bin/sync", [tree.absolute("file")])
        #expect(try room("file") <= most)
    }

    @Test("A piece that is written over older bytes replaces them with its zeros too")
    func overwrites() throws {
        let destination = try Destination()
        let upload = try destination.tree.staging.createUpload(#require(UploadID("u")))
        let (ones, zeros) = ([UInt8](repeating: 1, count: 20_000), [UInt8](repeating: 0, count: 9000))
        try ones.withUnsafeBytes { try upload.write($0, at: 0) }
        try zeros.withUnsafeBytes { try upload.write($0, at: 1000) }
        #expect(try upload.digest() == ContentDigest.of(ones[..<1000] + zeros + ones[10_000...]))
    }
}
