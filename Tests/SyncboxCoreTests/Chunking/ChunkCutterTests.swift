// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct ChunkCutterTests {
    private static let size = ChunkSize(for: 1 << 20)

    static func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
    }

    /// The lengths of the chunks of `content`, given in pieces of `portion` bytes; the last one ends with it.
    static func lengths(of content: [UInt8], portion: Int) -> [Int] {
        var cutter = ChunkCutter(size)
        var lengths = [0]
        for start in stride(from: 0, to: content.count, by: portion) {
            content[start..<min(start + portion, content.count)].withUnsafeBytes { piece in
                var rest = piece
                while let count = cutter.cut(rest) {
                    lengths[lengths.count - 1] += count
                    lengths.append(0)
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
                lengths[lengths.count - 1] += rest.count
            }
        }
        return lengths.filter { $0 > 0 }
    }

    @Test("How a content is split into pieces makes no difference", arguments: [1, 63, 64, 4096, 100_003, 1 << 20])
    func pieces(portion: Int) {
        let content = Self.content(600_000, seed: 1)
        #expect(Self.lengths(of: content, portion: portion) == Self.lengths(of: content, portion: content.count))
    }

    @Test("Chunks are within their bounds and near their average", arguments: 0..<4 as Range<UInt64>)
    func bounds(seed: UInt64) {
        let lengths = Self.lengths(of: Self.content(3_000_000, seed: seed), portion: 1 << 20)
        #expect(lengths.reduce(0, +) == 3_000_000)
        #expect(lengths.dropLast().allSatisfy { (Self.size.shortest...Self.size.longest).contains($0) })
        #expect((Self.size.average / 2...2 * Self.size.average).contains(3_000_000 / lengths.count))
    }

    @Test("A content without variety is cut at the longest")
    func uniform() {
        let lengths = Self.lengths(of: [UInt8](repeating: 0, count: 1 << 20), portion: 1 << 18)
        #expect(lengths.dropLast().allSatisfy { $0 == Self.size.longest })
    }

    @Test("An edit moves only the cuts beside it", arguments: ["insert", "remove", "overwrite"])
    func edits(kind: String) {
        let old = Self.content(2_000_000, seed: 5)
        var new = old
        switch kind {
        case "insert": new.insert(contentsOf: [1, 2, 3], at: 1_000_000)
        case "remove": new.removeSubrange(1_000_000..<1_000_500)
        default: new.replaceSubrange(1_000_000..<1_004_096, with: Self.content(4096, seed: 6))
        }
        let (before, after) = (Self.chunks(of: old), Self.chunks(of: new))
        #expect(after.subtracting(before).count <= 3)
    }

    private static func chunks(of content: [UInt8]) -> Set<[UInt8]> {
        var start = 0
        return Set(
            lengths(of: content, portion: content.count).map { length in
                defer { start += length }
                return Array(content[start..<start + length])
            })
    }

    @Test(
        "Larger files have larger chunks, so that their number is bounded",
        arguments: [1 << 19, 1 << 30, 1 << 33, 1 << 40, 1 << 43] as [UInt64])
    func sizes(length: UInt64) {
        let size = ChunkSize(for: length)
        #expect(length / UInt64(size.average) <= 1 << 17)
        #expect(size.average >= 32 << 10)
        #expect(UInt64(size.longest) <= Chunk.longest)
    }

    @Test("A file that grew keeps the size of its chunks, until that is far from right")
    func growth() {
        let small = ChunkSize(for: 1 << 30)
        #expect(ChunkSize(for: 1 << 33, like: small) == small)
        #expect(ChunkSize(for: 1 << 40, like: small) == ChunkSize(for: 1 << 40))
    }
}
