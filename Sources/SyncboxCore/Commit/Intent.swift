// SPDX-License-Identifier: Apache-2.0

/// A name that a batch is about to give, noted in the staging directory until it is recorded.
///
/// After a crash the destination may hold names that no record tells of. With the notes they are known to be Syncbox's, so
/// that they are taken into the catalog, and go when the source no longer has them; without, they would stay for ever.
package enum Intent: Hashable, Sendable {
    /// Something is put, linked or made there.
    case make(RelativePath)
    /// What is recorded at one path gets another.
    case move(RelativePath, to: RelativePath)

    /// What is recorded at two paths changes places.
    case exchange(RelativePath, with: RelativePath)

    /// The longest note, in bytes: what every file system takes as a link's target (XFS takes 1024).
    package static let longestNote = 1023

    /// What a change is about to give a name; nil for what gives none.
    package init?(_ change: Change) {
        switch change {
        case .put(let path, _, _), .makeDirectory(let path, _), .link(let path, _), .hardLink(let path, _, _):
            self = .make(path)
        case .move(let path, let from, _): self = .move(from, to: path)
        case .exchange(let path, let other, _, _): self = .exchange(path, with: other)
        case .remove, .setMetadata: return nil
        }
    }

    /// The places between which a circle of exchanges goes of which `place` is one, in their order.
    static func circle(of place: RelativePath, in intents: [Intent]) -> [RelativePath] {
        var circle = [place]
        for case .exchange(let path, let other) in intents where circle.contains(path) || circle.contains(other) {
            circle += [path, other].filter { !circle.contains($0) }
        }
        return circle
    }

    /// Stands between the words of a note: no path holds it.
    private static let separator = Array("//".utf8)
    private static let source = UInt8(ascii: ">")
    private static let target = UInt8(ascii: "+")
    private static let partner = UInt8(ascii: "=")

    private var words: [[UInt8]] {
        switch self {
        case .make(let path): [[Self.target] + path.bytes]
        case .move(let from, let path): [[Self.source] + from.bytes, [Self.target] + path.bytes]
        case .exchange(let path, let other): [[Self.source] + path.bytes, [Self.partner] + other.bytes]
        }
    }

    /// The notes for a batch, each no longer than `longestNote`, with the catalog's sequence that the batch builds on and the note's
    /// number at the front. What is too long for any note is left out.
    package static func notes(of intents: [Intent], on sequence: UInt64) -> [[UInt8]] {
        var notes: [[UInt8]] = []
        for intent in intents {
            let more = intent.words.flatMap { separator + $0 }
            if let last = notes.indices.last, notes[last].count + more.count <= longestNote {
                notes[last] += more
            } else {
                let first = Array("\(sequence).\(notes.count)".utf8) + more
                if first.count <= longestNote { notes.append(first) }
            }
        }
        return notes
    }

    /// Reads what `notes(of:on:)` wrote, in the order of the batches and of what is in them, whatever order the notes are in. Those
    /// of batches that are recorded by `sequence` are left out: their notes stayed where they could not be removed, and what stands
    /// at those places by now came later.
    package static func read(_ notes: [[UInt8]], since sequence: UInt64) -> [Intent] {
        let numbered = notes.map { note in
            let words = note.split(separator: separator).map(Array.init)
            let numbers = (words.first ?? []).split(separator: UInt8(ascii: ".")).map { digits in
                UInt64(String(decoding: digits, as: UTF8.self)) ?? 0
            }
            return (on: numbers.first ?? 0, number: numbers.dropFirst().first ?? 0, words: words.dropFirst())
        }
        var intents: [Intent] = []
        let open = numbered.filter { $0.on >= sequence }
        for (_, _, words) in open.sorted(by: { ($0.on, $0.number) < ($1.on, $1.number) }) {
            var from: RelativePath?
            for word in words {
                guard let path = try? RelativePath(word.dropFirst()) else { continue }
                switch (word.first, from) {
                case (source, _):
                    from = path
                    continue
                case (partner, let from?): intents.append(.exchange(from, with: path))
                case (_, let from?): intents.append(.move(from, to: path))
                case (_, nil): intents.append(.make(path))
                }
                from = nil
            }
        }
        return intents
    }
}
