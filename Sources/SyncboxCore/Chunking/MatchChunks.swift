// SPDX-License-Identifier: Apache-2.0

/// Finds in a file that the destination has what a new content shares with it.
package struct ChunkMatcher: Sendable {
    /// Where the base has each content: its first place.
    private var places: [Chunk.Hash: Int] = [:]
    /// The base's chunks, and where each begins.
    private var chunks: [Chunk] = []
    private var offsets: [UInt64] = []
    /// The index behind the chunk that was found last: what follows it mostly follows here too.
    private var next = 0

    /// A matcher that finds nothing.
    package init() {}

    /// Looks chunks up in those of a base.
    package init(_ base: ChunkList) {
        places.reserveCapacity(base.chunks.count)
        chunks = base.chunks
        offsets.reserveCapacity(base.chunks.count)
        var offset: UInt64 = 0
        for (index, chunk) in base.chunks.enumerated() {
            if let hash = chunk.hash, places[hash] == nil { places[hash] = index }
            offsets.append(offset)
            offset += UInt64(chunk.length)
        }
    }

    /// Whether the base has any of these chunks.
    package func matches(any chunks: some Sequence<Chunk>) -> Bool {
        chunks.contains { $0.hash.map { places[$0] != nil } ?? false }
    }

    /// How the next chunks are made, where each follows the one before: a copy of what the base has, or the bytes themselves.
    /// Neighbours are one step where they can be.
    package mutating func steps(for chunks: some Sequence<Chunk>) -> [RecipeStep] {
        var steps: [RecipeStep] = []
        for chunk in chunks {
            let step = step(for: chunk)
            if let last = steps.last, let joined = last.joined(with: step) {
                steps[steps.count - 1] = joined
            } else {
                steps.append(step)
            }
        }
        return steps
    }

    private mutating func step(for chunk: Chunk) -> RecipeStep {
        let length = UInt64(chunk.length)
        guard let hash = chunk.hash else { return .hole(length: length) }
        guard let index = place(of: chunk, hash) else { return .literal(length: length) }
        next = index + 1
        return .copy(from: offsets[index], length: length)
    }

    private func place(of chunk: Chunk, _ hash: Chunk.Hash) -> Int? {
        if next < chunks.count, chunks[next] == chunk { return next }
        return places[hash].flatMap { chunks[$0] == chunk ? $0 : nil }
    }
}

extension RecipeStep {
    /// Both as one step; nil where they are different kinds, or copies from different places.
    fileprivate func joined(with other: RecipeStep) -> RecipeStep? {
        switch (self, other) {
        case (.literal(let length), .literal(let more)): .literal(length: length + more)
        case (.hole(let length), .hole(let more)): .hole(length: length + more)
        case (.copy(let from, let length), .copy(let next, let more)) where from + length == next:
            .copy(from: from, length: length + more)
        default: nil
        }
    }

    /// The step without its first `count` bytes; nil where it has no more.
    package func dropping(_ count: UInt64) -> RecipeStep? {
        guard count < length else { return nil }
        return switch self {
        case .literal(let length): .literal(length: length - count)
        case .hole(let length): .hole(length: length - count)
        case .copy(let from, let length): .copy(from: from + count, length: length - count)
        }
    }
}
