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

    /// The digest of all pieces so far; more may follow.
    package var value: SyncboxCore.Digest {
        guard let digest = SyncboxCore.Digest(Array(hash.finalize())) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}
