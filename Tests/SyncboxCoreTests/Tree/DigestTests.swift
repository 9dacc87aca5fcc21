// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct DigestTests {
    private static let counting = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    @Test("A digest is its 32 bytes, in their order")
    func bytes() throws {
        let digest = try #require(Digest(Array(0..<32)))
        #expect(digest.bytes == Array(0..<32))
        #expect(digest.hex == Self.counting)
        #expect(try #require(Digest(hex: Self.counting)) == digest)
        #expect(try #require(Digest([UInt8](repeating: 0xFF, count: 32))).hex == String(repeating: "f", count: 64))
    }

    @Test("Hexadecimal digits are read in either case and written in lower case")
    func hexCase() throws {
        #expect(try #require(Digest(hex: Self.counting.uppercased())).hex == Self.counting)
    }

    @Test("Any other number of bytes is no digest", arguments: [0, 1, 31, 33, 64])
    func length(count: Int) {
        #expect(Digest([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test(
        "Anything but 64 hexadecimal digits is no digest",
        arguments: [
            "", "0", "\(counting.dropLast())", "\(counting)0", "g\(counting.dropFirst())", " \(counting.dropFirst())",
            // A digit that fills three bytes, as one digit and as three; a letter of two bytes in place of two digits.
            "\u{FF10}\(counting.dropFirst())", "\u{FF10}\(counting.dropFirst(3))", "é\(counting.dropFirst(2))",
        ])
    func hex(text: String) {
        #expect(Digest(hex: text) == nil)
    }

    @Test("Digests that differ in one bit are different", arguments: 0..<256)
    func difference(bit: Int) throws {
        var bytes = [UInt8](repeating: 0, count: 32)
        let zero = try #require(Digest(bytes))
        bytes[bit / 8] = 1 << (bit % 8)
        let other = try #require(Digest(bytes))
        #expect(zero != other)
        #expect(other.bytes == bytes)
        #expect(Set([zero, other, zero]).count == 2)
    }
}
