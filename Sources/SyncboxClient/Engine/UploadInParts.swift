// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// An upload on its way: one part of the file after another, each as a recipe.
struct UploadInParts {
    /// Cuts the file.
    let reader: ChunkReader
    /// What the server calls it; nil before the first part is sent.
    private(set) var id: UploadID?
    /// How many bytes of content were sent.
    private(set) var sent: UInt64 = 0

    private let file: ReadingFile
    private let link: ServerLink
    private let own: ConfirmedContent?
    private var base: RecipeBase?
    private var matcher = ChunkMatcher()
    /// Where the next part begins in the file, in bytes.
    private var offset: UInt64 = 0
    /// Up to where the server has the file, in bytes.
    private var staged: UInt64 = 0

    /// `own` is what the server has under the file's own name.
    init(_ file: ReadingFile, _ link: ServerLink, own: ConfirmedContent?) {
        self.file = file
        self.link = link
        self.own = own
        reader = ChunkReader(file, ChunkSize(for: file.size, like: own?.list.size))
    }

    /// Chooses what to copy from: what the server has under the file's own name, or, where that has nothing of the first
    /// `chunks`, the file that `find` finds by the hashes that it may begin with.
    mutating func chooseBase(for chunks: [Chunk], find: ([Chunk.Hash]) throws -> ConfirmedContent?) rethrows {
        let matcher = own.map { ChunkMatcher($0.list) } ?? ChunkMatcher()
        if !matcher.matches(any: chunks), let other = try find(ChunkList.beginning(of: chunks)) {
            base = other.base
            self.matcher = ChunkMatcher(other.list)
        } else {
            base = own?.base
            self.matcher = matcher
        }
    }

    /// Whether `chunks`, behind the `parts` before, are those that the server has at the same place under the file's own name,
    /// as far as is known.
    func isUnchanged(_ chunks: [Chunk], after parts: [[Chunk]]) -> Bool {
        guard let own else { return true }
        let count = parts.reduce(0) { $0 + $1.count }
        return own.list.chunks.dropFirst(count).starts(with: chunks)
    }

    /// Sends the next part, or what the server lacks of it. Begins the upload with the first. Throws `LinkError`, and
    /// `FileError` where the file has changed.
    ///
    /// Answers how many bytes were `sent`, and how many the server `copied` from what it has.
    mutating func send(_ chunks: [Chunk]) async throws -> (sent: UInt64, copied: UInt64) {
        var steps = matcher.steps(for: chunks)
        let start = offset
        offset += steps.reduce(0) { $0 + $1.length }
        try file.checkUnchanged()
        let id = try await begin()
        guard offset > staged else { return (0, 0) }
        steps = Self.dropping(staged - min(staged, start), of: steps)
        do {
            try await link.append(to: id, staged, RecipeSource(file, steps, from: staged, base: base))
        } catch let error as LinkError where error.kind == .otherBase {
            // Somebody changed the destination, or it has moved on: from here on everything is sent.
            base = nil
            matcher = ChunkMatcher()
            steps = steps.map { if case .copy(_, let length) = $0 { .literal(length: length) } else { $0 } }
            try await link.append(to: id, staged, RecipeSource(file, steps, from: staged, base: nil))
        }
        let literal: UInt64 = steps.reduce(0) { if case .literal(let length) = $1 { $0 + length } else { $0 } }
        let copied: UInt64 = steps.reduce(0) { if case .copy(_, let length) = $1 { $0 + length } else { $0 } }
        sent += literal
        staged = offset
        return (literal, copied)
    }

    private mutating func begin() async throws(LinkError) -> UploadID {
        if let id { return id }
        let progress = try await link.beginUpload(length: file.size, tag: UploadTag(of: file))
        id = progress.upload
        // The server may have all of it already, from before.
        staged = min(progress.offset, file.size)
        return progress.upload
    }

    private static func dropping(_ count: UInt64, of steps: [RecipeStep]) -> [RecipeStep] {
        var left = count
        return steps.compactMap { step in
            defer { left -= min(left, step.length) }
            return step.dropping(left)
        }
    }
}

extension UploadTag {
    /// Names this very version of the file, so that the server finds what it has of it.
    fileprivate init?(of file: ReadingFile) {
        let observed = file.observed
        let times = [observed.identity.born, observed.entry.modified, observed.changed].map(\.decimalText)
        let version = "\(observed.identity.inode) \(times.joined(separator: " ")) \(file.size) "
        self.init(ContentDigest.of(Array(version.utf8) + file.path.bytes).hex)
    }
}
