// SPDX-License-Identifier: Apache-2.0

/// Reads a batch from bytes in pieces of any size, as they come from the network, holding no more than a frame.
///
/// It decodes only: whether a content has the size and digest that its entry tells is the server's to verify.
package struct BatchDecoder {
    private var buffer = FrameBuffer()
    private var count: UInt32 = 0
    /// Which catalog the changes build on; nil until the header has arrived.
    package private(set) var base: ShareState?
    /// Whether the last frame has been read and counted right.
    package private(set) var isComplete = false

    package init() {}

    /// Takes more bytes and gives the changes that they complete, in order. Throws at the first byte that is wrong;
    /// the decoder is then of no more use.
    package mutating func decode(_ bytes: some Sequence<UInt8>) throws(WireError) -> [Change] {
        buffer.append(bytes)
        if base == nil {
            guard var header = try buffer.header(BatchEncoder.magic, 16) else { return [] }
            base = try header.state()
        }
        var changes: [Change] = []
        while !isComplete, let (type, payload) = try buffer.frame() {
            if let change = try decodeFrame(type, payload) { changes.append(change) }
        }
        guard !isComplete || buffer.isEmpty else { throw .malformed("something follows the end of the batch") }
        return changes
    }

    /// Throws unless the whole batch has arrived.
    package func finish() throws(WireError) {
        guard isComplete else { throw .truncated }
    }

    private mutating func decodeFrame(_ type: UInt8, _ payload: ByteReader) throws(WireError) -> Change? {
        guard let frame = BatchFrame(rawValue: type) else { throw .malformed("an unknown frame, type \(type)") }
        var reader = payload
        if frame == .end {
            guard try reader.number(UInt32.self) == count else { throw .truncated }
            try reader.end()
            isComplete = true
            return nil
        }
        count += 1
        guard count <= WireLimits.changesInBatch else { throw .tooManyChanges }
        return try Self.change(frame, &reader)
    }

    private static func change(_ frame: BatchFrame, _ reader: inout ByteReader) throws(WireError) -> Change {
        let path = try reader.path()
        if frame == .remove {
            try reader.end()
            try refuseRoot(path)
            return .remove(path)
        }
        let entry = try reader.entry()
        let change = try change(frame, path, entry, &reader)
        try reader.end()
        return change
    }

    private static func change(
        _ frame: BatchFrame, _ path: RelativePath, _ entry: Entry, _ reader: inout ByteReader
    ) throws(WireError) -> Change {
        if frame == .setMetadata { return .setMetadata(path, entry) }
        try refuseRoot(path)
        switch frame {
        case .putInline:
            try require(entry, .file)
            return .put(path, entry, .inline(Array(try reader.raw(reader.rest.count))))
        case .putUpload:
            try require(entry, .file)
            return .put(path, entry, .upload(try upload(&reader)))
        case .makeDirectory:
            try require(entry, .directory)
            return .makeDirectory(path, entry)
        case .link:
            try require(entry, .symbolicLink)
            return .link(path, entry)
        case .move:
            let from = try reader.path()
            try refuseRoot(from)
            guard from != path, !path.isBelow(from) else { throw .malformed("a directory can't move into itself") }
            return .move(path, from: from, expected: entry)
        case .hardLink:
            try require(entry, .file)
            let existing = try reader.path()
            guard existing != path, !path.isBelow(existing), !existing.isBelow(path) else {
                throw .malformed("a file can't be another name of itself, or lie below another one")
            }
            return .hardLink(path, to: existing, expected: entry)
        case .exchange:
            let other = try reader.path()
            try refuseRoot(other)
            guard other != path, !path.isBelow(other), !other.isBelow(path) else {
                throw .malformed("a directory can't change places with what is in it")
            }
            return .exchange(path, with: other, expected: entry, other: try reader.entry())
        case .remove, .setMetadata, .end: preconditionFailure("handled before")
        }
    }

    private static func upload(_ reader: inout ByteReader) throws(WireError) -> UploadID {
        guard let text = String(validating: try reader.raw(reader.rest.count), as: UTF8.self),
            let upload = UploadID(text)
        else { throw .malformed("an upload's identifier is none") }
        return upload
    }

    private static func refuseRoot(_ path: RelativePath) throws(WireError) {
        guard !path.isRoot else { throw .malformed("the root itself can't be put, moved or removed") }
    }

    private static func require(_ entry: Entry, _ kind: Entry.Kind) throws(WireError) {
        guard entry.kind == kind else { throw .malformed("an entry is of another kind than its frame") }
        guard kind != .file || entry.digest != nil else { throw .malformed("a file is put without its digest") }
    }
}
