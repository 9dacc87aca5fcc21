// SPDX-License-Identifier: Apache-2.0

/// Finds where a content is to be cut, so that an edit moves only the cuts beside it: FastCDC with normalized chunking
/// (Xia and others, "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016).
///
/// The content comes in pieces of any size, and how it was split makes no difference. Same bytes from a cut on, same cuts.
package struct ChunkCutter: Sendable {
    private let size: ChunkSize
    /// Bits that are zero where a chunk shorter than the average ends: two more than the average would take.
    private let strict: UInt64
    /// The same for a longer chunk: two fewer.
    private let loose: UInt64
    /// The rolling hash of the last 64 bytes.
    private var hash: UInt64 = 0
    /// How long the chunk is so far, in bytes.
    private var length = 0

    /// Begins at a cut.
    package init(_ size: ChunkSize) {
        self.size = size
        strict = Self.mask(bits: size.exponent + 2)
        loose = Self.mask(bits: size.exponent - 2)
    }

    /// The highest bits: they depend on the most bytes.
    private static func mask(bits: UInt8) -> UInt64 { ~0 << (64 - UInt64(bits)) }

    /// How many bytes from the start of `piece` belong to the chunk, if that ends with them: the next chunk begins behind
    /// them. nil where all of `piece` belongs to a chunk that goes on.
    package mutating func cut(_ piece: UnsafeRawBufferPointer) -> Int? {
        let count = Self.gear.withUnsafeBufferPointer { gear in scan(piece, gear) }
        guard let count else { return nil }
        (hash, length) = (0, 0)
        return count
    }

    private mutating func scan(_ piece: UnsafeRawBufferPointer, _ gear: UnsafeBufferPointer<UInt64>) -> Int? {
        // No chunk ends before it is as long as the shortest, so that nothing there needs to be hashed.
        var index = min(max(0, size.shortest - length), piece.count)
        var hash = hash
        for (end, mask) in [(size.average, strict), (size.longest, loose)] {
            let last = min(end - length, piece.count)
            while index < last {
                hash = hash << 1 &+ gear[Int(piece[index])]
                index += 1
                if hash & mask == 0 { return index }
            }
        }
        if length + index >= size.longest { return index }
        self.hash = hash
        length += piece.count
        return nil
    }

    /// One number for each byte, drawn once for all: every client of this version cuts alike.
    private static let gear: [UInt64] = {
        var random = SplitMix(seed: 0x5359_4E43_424F_58)
        return (0..<256).map { _ in random.next() }
    }()
}
