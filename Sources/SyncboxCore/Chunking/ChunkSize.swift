// SPDX-License-Identifier: Apache-2.0

/// How long the chunks of a file are.
package struct ChunkSize: Hashable, Sendable {
    /// The binary logarithm of the length that chunks tend to have.
    package let exponent: UInt8

    /// 32 KiB: of an edit in a large file less than 200 KB travels.
    private static let smallest: UInt8 = 15
    /// 128 MiB: a chunk stays within `Chunk.longest`.
    private static let largest: UInt8 = 27
    /// About how many chunks a file may have, in memory and in the index, where 4 GiB or more are cut.
    private static let mostChunks: UInt64 = 1 << 17

    /// As it was recorded; nil for what was never in use.
    package init?(exponent: UInt8) {
        guard (Self.smallest...Self.largest).contains(exponent) else { return nil }
        self.exponent = exponent
    }

    /// The size for a file of `length` bytes: the chunks of a larger file are larger, so that their number is bounded. Where
    /// an earlier version has chunks of another size, up to four times as long or as short, that one, so that they compare.
    package init(for length: UInt64, like base: ChunkSize? = nil) {
        var exponent = Self.smallest
        while exponent < Self.largest, length >> UInt64(exponent) > Self.mostChunks { exponent += 1 }
        if let base, base.exponent + 2 >= exponent, base.exponent <= exponent + 2 { exponent = base.exponent }
        self.exponent = exponent
    }

    /// The length that chunks tend to have, in bytes.
    package var average: Int { 1 << Int(exponent) }
    /// The shortest chunk but for the last of a stretch, in bytes.
    package var shortest: Int { average / 2 }
    /// The longest chunk, in bytes.
    package var longest: Int { average * 4 }
}
