// SPDX-License-Identifier: Apache-2.0

/// A SHA-256 value (FIPS 180-4): 32 bytes that name a file's whole content.
package struct Digest: Hashable, Sendable {
    /// The length of every digest, in bytes.
    package static let length = 32

    /// The 32 bytes, four words in big-endian order, kept inline so that a digest costs no allocation.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes exactly 32 bytes; nil for any other number.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        // All at once: one by one they would be asked for through the collection's own type.
        let words = bytes.withContiguousStorageIfAvailable { Self.words(UnsafeRawBufferPointer($0)) }
        self.words = words ?? Array(bytes).withUnsafeBytes { Self.words($0) }
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return (word(0), word(1), word(2), word(3))
    }

    /// Takes 64 hexadecimal digits, in either case; nil for anything else.
    package init?(hex: some StringProtocol) {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard hex.utf8.count == 2 * Self.length, digits.count == hex.utf8.count else { return nil }
        self.init(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        withBytes { Array($0) }
    }

    /// Calls `body` with the 32 bytes, which are good until it returns.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return try withUnsafeBytes(of: words, body)
    }

    /// 64 hexadecimal digits in lower case.
    package var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
