// SPDX-License-Identifier: Apache-2.0

import CXXHash
import SyncboxCore

/// The hash of a chunk that comes in pieces. One thread at a time may use it.
final class ChunkHash {
    private let state: OpaquePointer

    init() {
        guard let state = xxhash_new() else { preconditionFailure("there is no memory for a hash") }
        self.state = state
    }

    deinit { xxhash_free(state) }

    /// Takes the next piece.
    func update(_ piece: UnsafeRawBufferPointer) {
        xxhash_update(state, piece.baseAddress, piece.count)
    }

    /// Gives the hash of all pieces since the last one, and begins again.
    func take() -> Chunk.Hash {
        var hash = Chunk.Hash(high: 0, low: 0)
        xxhash_value(state, &hash.high, &hash.low)
        xxhash_reset(state)
        return hash
    }
}
