// SPDX-License-Identifier: Apache-2.0

import Crypto
import SyncboxCore

/// The digest of a content that comes in pieces (SHA-256, FIPS 180-4).
package struct ContentDigest: Sendable {
    private var hash = SHA256()

    package init() {}

    /// The digest of `bytes`, all at once.
    package static func of(_ bytes: [UInt8]) -> SyncboxCore.Digest {
        var digest = ContentDigest()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.value
    }

    /// Takes the next piece.
    package mutating func update(_ piece: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: piece)
    }

    /// Takes `count` zeros as the next piece: a hole of a file, which nobody has to read.
    package mutating func update(zeros count: UInt64) {
        Self.zeros.withUnsafeBytes { zeros in
            var left = count
            while left > 0 {
                let portion = Int(min(left, UInt64(zeros.count)))
                update(UnsafeRawBufferPointer(rebasing: zeros[..<portion]))
                left -= UInt64(portion)
            }
        }
    }

    private static let zeros = [UInt8](repeating: 0, count: 1 << 16)

    /// The digest of all pieces so far; more may follow.
    package var value: SyncboxCore.Digest {
        guard let digest = SyncboxCore.Digest(Array(hash.finalize())) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}
