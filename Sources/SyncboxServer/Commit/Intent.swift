// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxFiles

/// A name that a batch is about to give, noted in the staging directory until it is recorded.
///
/// After a crash the destination may hold names that no record tells of. With the notes they are known to be Syncbox's, so
/// that they are taken into the catalog, and go when the source no longer has them; without, they would stay for ever.
enum Intent: Hashable, Sendable {
    /// Something is put, linked or made there.
    case make(RelativePath)
    /// What is recorded at one path gets another.
    case move(RelativePath, to: RelativePath)

    /// What a change is about to give a name; nil for what gives none.
    init?(_ change: Change) {
        switch change {
        case .put(let path, _, _), .makeDirectory(let path, _), .link(let path, _): self = .make(path)
        case .move(let path, let from, _): self = .move(from, to: path)
        case .remove, .setMetadata: return nil
        }
    }

    /// Stands between the words of a note: no path holds it.
    private static let separator = Array("//".utf8)
    private static let source = UInt8(ascii: ">")
    private static let target = UInt8(ascii: "+")

    private var words: [[UInt8]] {
        switch self {
        case .make(let path): [[Self.target] + path.bytes]
        case .move(let from, let path): [[Self.source] + from.bytes, [Self.target] + path.bytes]
        }
    }

    /// The notes for a batch, each no longer than `Staging.longestIntent`, with its number at the front. What is too long
    /// for any note is left out.
    static func notes(of intents: [Intent]) -> [[UInt8]] {
        var notes: [[UInt8]] = []
        for intent in intents {
            let more = intent.words.flatMap { separator + $0 }
            if let last = notes.indices.last, notes[last].count + more.count <= Staging.longestIntent {
                notes[last] += more
            } else {
                let first = Array(String(notes.count).utf8) + more
                if first.count <= Staging.longestIntent { notes.append(first) }
            }
        }
        return notes
    }

    /// Reads what `notes(of:)` wrote, in the order of the batch, whatever order the notes are in.
    static func read(_ notes: [[UInt8]]) -> [Intent] {
        let numbered = notes.map { note in
            let words = note.split(separator: separator).map(Array.init)
            return (number: Int(String(decoding: words.first ?? [], as: UTF8.self)) ?? 0, words: words.dropFirst())
        }
        var intents: [Intent] = []
        for (_, words) in numbered.sorted(by: { $0.number < $1.number }) {
            var from: RelativePath?
            for word in words {
                guard let path = try? RelativePath(word.dropFirst()) else { continue }
                if word.first == source {
                    from = path
                } else {
                    intents.append(from.map { .move($0, to: path) } ?? .make(path))
                    from = nil
                }
            }
        }
        return intents
    }
}

extension Share {
    /// Notes what a batch is about to give names. Where the notes can't be made the batch goes on without: to remove
    /// something must be possible on a file system that is full.
    func note(_ batch: StagedBatch) -> [StagedEntry] {
        let intents = batch.changes.filter { $0.outcome == nil }.compactMap { Intent($0.change) }
        var noted: [StagedEntry] = []
        do throws(FileError) {
            for note in Intent.notes(of: intents) { noted.append(try tree.staging.stageIntent(note)) }
        } catch {
            logger.debug("a batch is published without notes: \(error)")
        }
        return noted
    }
}
