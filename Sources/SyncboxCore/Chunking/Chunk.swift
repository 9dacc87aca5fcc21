// SPDX-License-Identifier: Apache-2.0

/// A stretch of a file, cut by its content: where the same bytes come again, mostly the same chunks do.
package struct Chunk: Hashable, Sendable {
    /// What tells contents apart. 128 bits without a key: two chunks that were made to look the same only cost the sending of a
    /// file, since the digest of the whole is checked before it is published.
    package struct Hash: Hashable, Sendable {
        /// The higher half.
        package var high: UInt64
        /// The lower half.
        package var low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// The longest chunk and the longest stretch of a hole, in bytes.
    package static let longest: UInt64 = 1 << 30

    /// How many bytes it has, at least one, at most `longest`.
    package var length: UInt32
    /// The hash of its bytes; nil for a hole, which has only zeros.
    package var hash: Hash?

    package init(length: UInt32, hash: Hash?) {
        self.length = length
        self.hash = hash
    }
}
