// SPDX-License-Identifier: Apache-2.0

/// What a `RecipeDecoder` finds in a piece of a recipe.
package enum RecipeEvent<Piece> {
    /// The recipe has begun; copies come from this file.
    case header(RecipeBase?)
    /// `length` bytes of the base are to be appended, from the offset `from` on.
    case copy(from: UInt64, length: UInt64)
    /// So many zeros are to be appended.
    case hole(length: UInt64)
    /// These bytes are to be appended: a part of a literal, or all of it. Never empty.
    case literal(Piece)
}

extension RecipeEvent: Sendable where Piece: Sendable {}
extension RecipeEvent: Equatable where Piece: Equatable {}

/// Reads a recipe from bytes in pieces of any size, as they come from the network. It holds no more than one unfinished frame
/// (`WireLimits.recipeFrame`); a literal's content is given on as slices of the pieces.
///
/// What it gives can be counted with: every length is above zero, all lengths together stay within
/// `WireLimits.recipeLength`, and so does the end of every copy. Whether the base is that long is not known here.
package struct RecipeDecoder {
    /// What the next bytes are.
    private enum State {
        case start
        case head
        case payload(RecipeFrame, length: Int)
        case content(left: UInt64)
    }

    private var state = State.start
    /// The beginning of what `state` says.
    private var gathered: [UInt8] = []
    /// What copies come from; nil until the header has arrived.
    private var base: RecipeBase??
    /// How many bytes the steps so far build.
    private var built: UInt64 = 0

    package init() {}

    /// Takes bytes from the start of `piece` until they complete something, and gives that; nil where `piece` is used up
    /// before. Throws at the first byte that is wrong; the decoder is then of no more use.
    package mutating func next<Piece: RandomAccessCollection<UInt8>>(
        from piece: inout Piece
    ) throws(WireError) -> RecipeEvent<Piece>? where Piece.SubSequence == Piece {
        while !piece.isEmpty {
            if case .content(let left) = state { return .literal(takeContent(left, from: &piece)) }
            guard gather(from: &piece) else { return nil }
            defer { gathered.removeAll(keepingCapacity: true) }
            if let event: RecipeEvent<Piece> = try decodeGathered() { return event }
        }
        return nil
    }

    /// Throws unless the recipe has begun and ends behind a whole step.
    package func finish() throws(WireError) {
        guard base != nil, case .head = state, gathered.isEmpty else { throw .truncated }
    }

    private mutating func takeContent<Piece: RandomAccessCollection<UInt8>>(
        _ left: UInt64, from piece: inout Piece
    ) -> Piece where Piece.SubSequence == Piece {
        let content = piece.prefix(Int(min(left, UInt64(piece.count))))
        piece = piece.dropFirst(content.count)
        let rest = left - UInt64(content.count)
        state = rest == 0 ? .head : .content(left: rest)
        return content
    }

    /// Moves bytes to `gathered` until it holds what `state` says. False while there are too few.
    private mutating func gather<Piece: RandomAccessCollection<UInt8>>(
        from piece: inout Piece
    ) -> Bool where Piece.SubSequence == Piece {
        let wanted =
            switch state {
            case .start: RecipeEncoder.magic.count + 1
            case .head: ByteReader.frameHead
            case .payload(_, let length): length
            case .content: preconditionFailure("content is not gathered")
            }
        let more = piece.prefix(wanted - gathered.count)
        gathered += more
        piece = piece.dropFirst(more.count)
        return gathered.count == wanted
    }

    /// Reads what has been gathered as a whole. nil where more is needed for an event.
    private mutating func decodeGathered<Piece>() throws(WireError) -> RecipeEvent<Piece>? {
        var reader = ByteReader(gathered[...])
        switch state {
        case .start:
            try reader.header(RecipeEncoder.magic)
            state = .head
            return nil
        case .head:
            let (type, length) = try reader.frame(atMost: WireLimits.recipeFrame)
            let frame = try Self.expect(type, length, isFirst: base == nil)
            // A frame without a payload is whole already.
            guard length == 0 else {
                state = .payload(frame, length: length)
                return nil
            }
            return try decode(frame, &reader)
        case .payload(let frame, _):
            return try decode(frame, &reader)
        case .content: preconditionFailure("content is not gathered")
        }
    }

    /// The type of a frame of that length, at that place.
    private static func expect(_ type: UInt8, _ length: Int, isFirst: Bool) throws(WireError) -> RecipeFrame {
        guard let frame = RecipeFrame(rawValue: type) else { throw .malformed("an unknown step, type \(type)") }
        guard (frame == .base) == isFirst else { throw .malformed("a recipe has one base, before its steps") }
        return frame
    }

    private mutating func decode<Piece>(
        _ frame: RecipeFrame, _ reader: inout ByteReader
    ) throws(WireError) -> RecipeEvent<Piece>? {
        state = .head
        switch frame {
        case .base:
            let base = try Self.base(&reader)
            self.base = .some(base)
            return .header(base)
        case .literal:
            state = .content(left: try length(&reader))
            return nil
        case .copy:
            guard base != .some(nil) else { throw .malformed("a copy in a recipe without a base") }
            let from = try reader.number(UInt64.self)
            let length = try length(&reader)
            guard from <= WireLimits.recipeLength - length else { throw .malformed("a copy ends too far behind") }
            return .copy(from: from, length: length)
        case .hole:
            return .hole(length: try length(&reader))
        }
    }

    private static func base(_ reader: inout ByteReader) throws(WireError) -> RecipeBase? {
        if reader.rest.isEmpty { return nil }
        let path = try reader.path()
        let digest = Digest(try reader.raw(Digest.length))
        try reader.end()
        guard !path.isRoot, let digest else { throw .malformed("the root itself is no base") }
        return RecipeBase(path: path, digest: digest)
    }

    /// A step's length, as the last of its numbers, counted.
    private mutating func length(_ reader: inout ByteReader) throws(WireError) -> UInt64 {
        let length = try reader.number(UInt64.self)
        try reader.end()
        guard length > 0 else { throw .malformed("a step that builds nothing") }
        guard length <= WireLimits.recipeLength - built else { throw .malformed("a recipe that builds too much") }
        built += length
        return length
    }
}
