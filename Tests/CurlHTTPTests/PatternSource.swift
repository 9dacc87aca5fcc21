// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Synchronization

/// A body of any length whose every byte follows from its place, so that a receiver can tell any that is lost, doubled
/// or moved without keeping it.
final class PatternSource: HTTPBodySource {
    /// No power of two, so that a piece in the wrong place never fits by chance.
    private static let period = 1_000_003
    private static let pattern: [UInt8] = {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let once = (0..<period).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return once + once
    }()

    /// How many bytes there are.
    let length: UInt64
    private let asked: Mutex<[UInt64]> = Mutex([])

    /// The offsets that were asked for, in order.
    var offsets: [UInt64] { asked.withLock { $0 } }

    init(length: UInt64) {
        self.length = length
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        asked.withLock { $0.append(offset) }
        let count = min(buffer.count, Self.period, Int(length - offset))
        Self.pattern.withUnsafeBytes { pattern in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: pattern[Self.start(offset)...].prefix(count)))
        }
        return count
    }

    /// All bytes together.
    func allBytes() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(length))
        var offset = 0
        while offset < bytes.count {
            offset += try bytes.withUnsafeMutableBytes { space in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: space[offset...]), at: UInt64(offset))
            }
        }
        return bytes
    }

    /// Whether `bytes` are what stands at `offset`.
    static func matches(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
        pattern.withUnsafeBytes { pattern in
            stride(from: 0, to: bytes.count, by: period).allSatisfy { done in
                let count = min(bytes.count - done, period)
                let expected = pattern[start(offset + UInt64(done))...].prefix(count)
                let piece = bytes[done...].prefix(count)
                guard let left = UnsafeRawBufferPointer(rebasing: expected).baseAddress,
                    let right = UnsafeRawBufferPointer(rebasing: piece).baseAddress
                else { return false }
                return memcmp(left, right, count) == 0
            }
        }
    }

    private static func start(_ offset: UInt64) -> Int { Int(offset % UInt64(period)) }
}
