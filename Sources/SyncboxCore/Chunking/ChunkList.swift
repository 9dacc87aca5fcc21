// SPDX-License-Identifier: Apache-2.0

/// What a large file's content consists of, as the client keeps it of what is confirmed.
///
///     version:u8 exponent:u8 (length:u32 high:u64 low:u64)*      of a hole, both halves of the hash are zero
package struct ChunkList: Hashable, Sendable {
    private static let version: UInt8 = 1
    private static let recordLength = 20

    /// How the content was cut.
    package var size: ChunkSize
    /// The chunks in their order, without gaps.
    package var chunks: [Chunk] = []

    /// A list without chunks.
    package init(size: ChunkSize) {
        self.size = size
    }

    /// Reads what `bytes` wrote; nil for anything else, and for a version that is not known: then it is found out anew.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.first == Self.version, let exponent = bytes.dropFirst().first,
            let size = ChunkSize(exponent: exponent), (bytes.count - 2).isMultiple(of: Self.recordLength)
        else { return nil }
        self.size = size
        var reader = ByteReader(Array(bytes)[2...])
        do {
            while !reader.rest.isEmpty {
                let length = try reader.number(UInt32.self)
                let hash = Chunk.Hash(high: try reader.number(UInt64.self), low: try reader.number(UInt64.self))
                guard length > 0 else { return nil }
                chunks.append(Chunk(length: length, hash: hash == Self.noHash ? nil : hash))
            }
        } catch {
            return nil
        }
    }

    private static let noHash = Chunk.Hash(high: 0, low: 0)

    /// The list as it is kept.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.number(Self.version)
        writer.number(size.exponent)
        for chunk in chunks {
            let hash = chunk.hash ?? Self.noHash
            writer.number(chunk.length)
            writer.number(hash.high)
            writer.number(hash.low)
        }
        return writer.bytes
    }

    /// The hashes of the first few chunks: by them a file is found that begins in the same way.
    package var beginning: [Chunk.Hash] { Self.beginning(of: chunks) }

    /// The same of chunks that are no list yet.
    package static func beginning(of chunks: [Chunk]) -> [Chunk.Hash] {
        Array(chunks.lazy.compactMap(\.hash).prefix(4))
    }
}
