// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct ChunkMatcherTests {
    /// A list whose chunks are 1,000 bytes long and told apart by a number; 0 is a hole.
    private func list(_ contents: [UInt64]) -> ChunkList {
        var list = ChunkList(size: ChunkSize(for: 0))
        list.chunks = contents.map { Chunk(length: 1000, hash: $0 == 0 ? nil : Chunk.Hash(high: $0, low: ~$0)) }
        return list
    }

    @Test(
        "What the base has is copied, the rest is sent, and neighbours are one step",
        arguments: [
            ([1, 2, 3], [1, 2, 3], [RecipeStep.copy(from: 0, length: 3000)]),
            (
                [1, 2, 3], [1, 9, 3],
                [.copy(from: 0, length: 1000), .literal(length: 1000), .copy(from: 2000, length: 1000)]
            ),
            ([1, 2, 3], [9, 8, 1], [.literal(length: 2000), .copy(from: 0, length: 1000)]),
            ([1, 2, 3], [3, 1, 2], [.copy(from: 2000, length: 1000), .copy(from: 0, length: 2000)]),
            // What repeats is copied from where the last copy ended.
            ([5, 1, 5, 2], [1, 5, 2], [.copy(from: 1000, length: 3000)]),
            ([0, 1], [0, 0, 1], [.hole(length: 2000), .copy(from: 1000, length: 1000)]),
            ([], [1, 2], [.literal(length: 2000)]),
        ] as [([UInt64], [UInt64], [RecipeStep])])
    func steps(base: [UInt64], new: [UInt64], expected: [RecipeStep]) {
        var matcher = ChunkMatcher(list(base))
        #expect(matcher.steps(for: list(new).chunks) == expected)
    }

    @Test("A hash alone is no match: the length has to be the same")
    func lengths() {
        var matcher = ChunkMatcher(list([1]))
        #expect(matcher.steps(for: [Chunk(length: 999, hash: Chunk.Hash(high: 1, low: ~1))]) == [.literal(length: 999)])
    }

    @Test("A list that is kept is read as it was written, and what is none is not read")
    func kept() throws {
        let list = list([1, 0, 2])
        #expect(ChunkList(bytes: list.bytes) == list)
        #expect(list.beginning.map(\.high) == [1, 2])
        for bytes in [[], [9] + list.bytes.dropFirst(), list.bytes.dropLast(), [1, 200]] as [[UInt8]] {
            #expect(ChunkList(bytes: bytes) == nil)
        }
    }

    @Test("A step without its beginning makes the rest of what it made")
    func dropping() {
        #expect(RecipeStep.copy(from: 5, length: 10).dropping(4) == .copy(from: 9, length: 6))
        #expect(RecipeStep.literal(length: 10).dropping(4) == .literal(length: 6))
        #expect(RecipeStep.hole(length: 10).dropping(0) == .hole(length: 10))
        #expect(RecipeStep.hole(length: 10).dropping(10) == nil)
    }
}
