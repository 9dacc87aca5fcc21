// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// A batch is read the same however it arrives, and what is read is written and read again as it was.
@Sendable func fuzzBatch(_ bytes: [UInt8]) {
    let whole = decodeBatch([bytes[...]])
    require(whole == decodeBatch(pieces(of: bytes)), "a batch that arrives in pieces is another one")
    guard let (base, changes) = whole.map({ ($0.base, $0.changes) }) else { return }
    require(changes.count <= WireLimits.changesInBatch, "a batch has more changes than it may")
    var encoder = BatchEncoder(base: base)
    for change in changes {
        if encoder.isFull { return }
        // What fits a frame may be more than a client puts into one.
        if change.inlineSize > WireLimits.inlineContent { return }
        encoder.append(change)
    }
    require(decodeBatch([encoder.finish()[...]]) == whole, "a batch that is written again is another one")
}

/// A manifest's page, and the reply to a batch, are written and read again as they were.
@Sendable func fuzzManifest(_ bytes: [UInt8]) {
    if let page = try? ManifestPage(decoding: bytes) {
        require((try? ManifestPage(decoding: page.encoded())) == page, "a page that is written again is another one")
    }
    if let reply = try? BatchReply(decoding: bytes) {
        let again = try? BatchReply(decoding: reply.encoded())
        require(again?.outcomes.count == reply.outcomes.count, "a reply that is written again is another one")
    }
}

/// A recipe builds the same however it arrives, and nothing that can't be counted with.
@Sendable func fuzzRecipe(_ bytes: [UInt8]) {
    let whole = decodeRecipe([bytes[...]])
    require(whole == decodeRecipe(pieces(of: bytes)), "a recipe that arrives in pieces is another one")
    require(whole.built <= WireLimits.recipeLength, "a recipe builds more than can be counted")
}

private struct ReadBatch: Equatable {
    var base: ShareState
    var changes: [Change]
}

private func decodeBatch(_ pieces: [ArraySlice<UInt8>]) -> ReadBatch? {
    var decoder = BatchDecoder()
    var changes: [Change] = []
    do {
        for piece in pieces { changes += try decoder.decode(piece) }
        try decoder.finish()
    } catch {
        return nil
    }
    return decoder.base.map { ReadBatch(base: $0, changes: changes) }
}

/// What a recipe was read to be, up to where something is wrong with it.
private struct ReadRecipe: Equatable {
    var base: RecipeBase?
    var steps: [RecipeStep] = []
    var content: [UInt8] = []
    var built: UInt64 = 0
    var error: WireError?
}

private func decodeRecipe(_ pieces: [ArraySlice<UInt8>]) -> ReadRecipe {
    var decoder = RecipeDecoder()
    var recipe = ReadRecipe()
    do {
        for piece in pieces {
            var rest = piece
            while let event = try decoder.next(from: &rest) {
                switch event {
                case .header(let base): recipe.base = base
                case .copy(let from, let length):
                    require(length > 0 && from <= WireLimits.recipeLength - length, "a copy ends beyond any file")
                    recipe.steps.append(.copy(from: from, length: length))
                    recipe.built += length
                case .hole(let length):
                    require(length > 0, "a hole of nothing")
                    recipe.steps.append(.hole(length: length))
                    recipe.built += length
                case .literal(let content):
                    require(!content.isEmpty, "a literal of nothing")
                    recipe.content += content
                    recipe.built += UInt64(content.count)
                }
            }
            require(rest.isEmpty, "a piece is not used up")
        }
        try decoder.finish()
    } catch {
        recipe.error = error
    }
    return recipe
}

/// The same bytes cut into pieces, whose lengths follow from the bytes themselves: 1 to 64.
private func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while let last = rest.last {
        let length = min(rest.count, 1 + Int(last &+ UInt8(truncatingIfNeeded: pieces.count &* 37)) % 64)
        pieces.append(rest.prefix(length))
        rest = rest.dropFirst(length)
    }
    return pieces
}
