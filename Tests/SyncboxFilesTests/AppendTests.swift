// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// Uploads that get what another file has. The oracles are sha256sum(1), and what stat(1) says of blocks.
@Suite struct AppendTests {
    private let destination: Destination
    private let upload: StagedUpload

    init() throws {
        destination = try Destination()
        upload = try destination.tree.staging.createUpload(#require(UploadID("u")))
    }

    private func write(_ bytes: some Collection<UInt8>) throws {
        try Array(bytes).withUnsafeBytes { try upload.write($0, at: upload.length()) }
    }

    /// Appends all of a range, and returns how many portions that took.
    @discardableResult
    private func append(_ range: Range<UInt64>, of file: ReadingFile) throws -> Int {
        var next = range.lowerBound
        var portions = 0
        while next < range.upperBound {
            next += try upload.append(startOf: next..<range.upperBound, of: file)
            portions += 1
        }
        return portions
    }

    /// Bytes that are nowhere the same for long.
    private static func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
    }

    private func open(_ content: [UInt8]) throws -> ReadingFile {
        try destination.disk.write("base", content)
        return try destination.tree.openForReading(path("base"))
    }

    /// What sha256sum(1) says of what is staged; the digest that was computed in passing must be the same.
    private func checkDigest(_ comment: Comment? = nil) throws {
        let sum = try destination.disk.run(
            "/usr/bin/sha256sum", [destination.disk.absolute(".syncbox/staging/u-u")])
        #expect(try upload.digest().hex == sum.prefix(64), comment)
    }

    private func staged() -> [UInt8] {
        FileManager.default.contents(atPath: destination.disk.absolute(".syncbox/staging/u-u")).map(Array.init) ?? []
    }

    @Test(
        "Ranges of existing files are copied, inside the kernel or through memory",
        arguments: [nil, EXDEV, EINVAL, EOPNOTSUPP])
    func copies(_ refusal: Int32?) throws {
        let base = Self.noise(3_000_000)
        let file = try open(base)
        // The calls before it are to look at both files.
        destination.faults.restart()
        try append(0..<1, of: file)
        let call = try #require(destination.faults.operations.firstIndex(of: "copy")) + 1
        try upload.truncate(to: 0)
        destination.faults.restart(refusal.map { .once(call, errno: $0) })
        try append(1_000_001..<2_500_001, of: file)
        #expect(destination.faults.operations.contains("write") == (refusal != nil))
        try append(0..<10, of: file)
        #expect(staged() == Array(base[1_000_001..<2_500_001] + base[..<10]))
        try checkDigest()
        #expect(failure { try append(2_999_999..<3_000_001, of: file) }?.code == .busy)
    }

    /// Where copies come from, each behind what was appended before it; between them a byte of other content.
    @Test(
        "Wherever in their blocks they lie, the content and the digest are right",
        arguments: [
            [0..<4096], [0..<10_000], [4095..<4097], [1..<4096, 4098..<8192], [5000..<20_000, 0..<1, 3..<9999],
            [8191..<8193, 0..<20_000],
        ])
    func places(_ ranges: [Range<Int>]) throws {
        let base = Self.noise(20_000)
        let file = try open(base)
        var expected: [UInt8] = []
        for range in ranges {
            try append(UInt64(range.lowerBound)..<UInt64(range.upperBound), of: file)
            try write([7])
            expected += base[range] + [7]
            #expect(staged() == expected)
        }
        try checkDigest()
    }

    @Test("What was copied is not read once more when the upload is finished")
    func digestsInPassing() throws {
        let file = try open(Self.noise(100_000))
        try write([1, 2, 3])
        try append(10..<90_000, of: file)
        try upload.extend(to: 200_000)
        try append(0..<100_000, of: file)
        destination.faults.restart()
        try checkDigest()
        #expect(!destination.faults.operations.contains("read"))
    }

    @Test("A large range is copied in portions, none of which ends within a block")
    func portions() throws {
        let size = StagedUpload.copyPortion * 2 + 10_000
        try destination.disk.run(
            "/bin/sh", ["-c", "head -c \(size) /dev/urandom > \(destination.disk.absolute("base"))"])
        let file = try destination.tree.openForReading(path("base"))
        let first = try upload.append(startOf: 5..<size, of: file)
        #expect(first <= StagedUpload.copyPortion)
        #expect((5 + first) % 4096 == 0)
        #expect(try append(5 + first..<size, of: file) == 2)
        let tail = try destination.disk.run(
            "/bin/sh", ["-c", "tail -c +6 \(destination.disk.absolute("base")) | sha256sum"])
        #expect(try upload.digest().hex == tail.prefix(64))
    }

    /// Which of four megabytes are data; the others are holes.
    @Test(
        "Holes stay holes, at their start, between data and at their end",
        arguments: [[0], [1], [3], [0, 2], [1, 2], [], [0, 1, 2, 3]], [0, 1, 4096])
    func holes(_ data: [Int], shift: Int) throws {
        let megabyte = 1 << 20
        let place = destination.disk.absolute("base")
        try destination.disk.write("base", "")
        let raw = Descriptor(owning: linux_open(place, O_RDWR))
        try #require(ftruncate(raw.number, 4 * megabyte) == 0)
        let noise = Self.noise(megabyte)
        for index in data { try #require(pwrite(raw.number, noise, megabyte, index * megabyte) == megabyte) }
        let file = try destination.tree.openForReading(path("base"))
        if shift > 0 { try write([UInt8](repeating: 1, count: shift)) }
        try append(0..<UInt64(4 * megabyte), of: file)
        let expected = [UInt8](repeating: 1, count: shift) + Array(try Data(contentsOf: URL(filePath: place)))
        #expect(staged() == expected)
        try checkDigest()
        try destination.disk.run("/usr/bin/sync", [destination.disk.absolute(".syncbox/staging/u-u")])
        let room = try #require(Int(destination.disk.stat("%b", ".syncbox/staging/u-u"))) * 512
        #expect(room <= data.count * megabyte + 64 * 1024)
    }

    @Test("What is appended behind a mark can be cut off, and what is known of the rest stays known")
    func mark() throws {
        let file = try open(Self.noise(50_000))
        try write([1, 2, 3])
        let mark = try upload.mark()
        try append(100..<50_000, of: file)
        try write([4])
        try upload.cut(backTo: mark)
        #expect(staged() == [1, 2, 3])
        destination.faults.restart()
        try checkDigest()
        #expect(!destination.faults.operations.contains("read"))
        try write([5])
        #expect(staged() == [1, 2, 3, 5])
        try checkDigest()
    }

    @Test("After any call that fails, appending goes on where the content ends", arguments: [ENOSPC, EIO])
    func fails(_ number: Int32) throws {
        let base = Self.noise(10_000)
        let file = try open(base)
        func build() throws {
            // Not in line with its blocks, and then in line.
            for range: Range<UInt64> in [1..<5000, 4999..<10_000] { try append(range, of: file) }
        }
        destination.faults.restart()
        try build()
        let count = destination.faults.operations.count
        let whole = staged()
        for call in 1...count {
            try upload.truncate(to: 0)
            destination.faults.restart(.once(call, errno: number))
            let error = failure { try build() }
            #expect(error?.errno == number, "call \(call)")
            destination.faults.restart()
            let there = staged()
            #expect(whole.starts(with: there), "call \(call)")
            try write(whole[there.count...])
            #expect(staged() == whole, "call \(call)")
            try checkDigest("call \(call)")
        }
    }
}
