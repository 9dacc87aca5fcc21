// SPDX-License-Identifier: Apache-2.0

/// What a server tells of a share, as JSON.
package struct ShareDescription: Hashable, Sendable, Codable {
    /// The share's name.
    package var name: String
    /// The state's epoch, as decimal digits: JSON's numbers lose precision beyond 2^53.
    package var epoch: String
    /// The state's sequence.
    package var sequence: UInt64
    /// How many files, directories and symbolic links the catalog holds.
    package var entries: UInt64
    /// How many bytes its files have.
    package var bytes: UInt64
    /// `durable` or `relaxed`.
    package var durability: String
    /// How far the share reflects its source; nil where no client has told.
    package var fresh: Freshness?

    package init(
        name: String, state: ShareState, entries: UInt64, bytes: UInt64, durability: String, fresh: Freshness? = nil
    ) {
        self.name = name
        epoch = String(state.epoch)
        sequence = state.sequence
        self.entries = entries
        self.bytes = bytes
        self.durability = durability
        self.fresh = fresh
    }

    /// The state, or nil where the epoch is no number.
    package var state: ShareState? {
        UInt64(epoch).map { ShareState(epoch: $0, sequence: sequence) }
    }
}
