// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite("Batches on the wire") struct BatchTests {
    private static let base = ShareState(epoch: 0xFEDC_BA98_7654_3210, sequence: 41)

    private static func everyChange() throws -> [Change] {
        let digest = try #require(Digest(Array(0..<32)))
        let file = Entry.file(
            size: 3, digest: digest, mode: 0o4755, modified: Timestamp(seconds: -1, nanoseconds: 999_999_999))
        let directory = Entry.directory(mode: 0o700, modified: Timestamp(seconds: 1 << 40))
        let link = Entry.symbolicLink(target: Array("../\u{FF}x".utf8) + [0xFF], modified: Timestamp(seconds: 0))
        let odd = try RelativePath([0xFF, 0x0A, UInt8(ascii: "/"), 0x01])
        return [
            .makeDirectory(try RelativePath("d"), directory), .put(odd, file, .inline([1, 2, 3])),
            .put(try RelativePath("big"), file, .upload(try #require(UploadID("aB3")))),
            .link(try RelativePath("l"), link),
            .move(try RelativePath("to"), from: try RelativePath("from"), expected: file),
            .exchange(try RelativePath("x/a"), with: odd, expected: directory, other: file),
            .remove(try RelativePath("gone")), .setMetadata(.root, directory),
        ]
    }

    /// The same changes of entries with all that options preserve.
    private static func everyChangePreserving() throws -> [Change] {
        let owner = Owner(user: 65534, group: .max - 1)
        let attribute = Attributes.Attribute(name: Array("user.x".utf8), value: [0, 1, 255])
        let attributes = try #require(Attributes([attribute]))
        func preserving(_ entry: Entry) -> Entry {
            var entry = entry
            entry.owner = owner
            if entry.kind != .symbolicLink { entry.attributes = attributes }
            return entry
        }
        let link = Change.hardLink(
            try RelativePath("second"), to: try RelativePath("first"),
            expected: preserving(
                .file(size: 0, digest: Digest(Array(0..<32)), mode: 0, modified: Timestamp(seconds: 0))))
        return try [link]
            + everyChange().map { change in
                switch change {
                case .put(let path, let entry, let content): .put(path, preserving(entry), content)
                case .makeDirectory(let path, let entry): .makeDirectory(path, preserving(entry))
                case .link(let path, let entry): .link(path, preserving(entry))
                case .move(let path, let from, let expected): .move(path, from: from, expected: preserving(expected))
                case .exchange(let path, let other, let expected, let otherEntry):
                    .exchange(path, with: other, expected: preserving(expected), other: preserving(otherEntry))
                case .setMetadata(let path, let entry): .setMetadata(path, preserving(entry))
                case .hardLink, .remove: change
                }
            }
    }

    @Test("What an option preserves travels in the second version, and nothing else does")
    func versions() throws {
        for (changes, version) in [(try Self.everyChange(), 1), (try Self.everyChangePreserving(), 2)] {
            let body = encoded(changes)
            #expect(body[BatchEncoder.magic.count] == version)
            var decoder = BatchDecoder()
            #expect(try decoder.decode(body) == changes)
            try decoder.finish()
        }
        var future = encoded([])
        future[BatchEncoder.magic.count] = 3
        var decoder = BatchDecoder()
        #expect(throws: WireError.version(3)) { try decoder.decode(future) }
    }

    @Test("A client of the first version gets a manifest that it understands")
    func manifest() throws {
        var entry = Entry.directory(mode: 0o755, modified: Timestamp(seconds: 1))
        let bare = entry
        entry.owner = Owner(user: 1, group: 2)
        let page = {
            ManifestPage(state: Self.base, items: [.init(path: try RelativePath("d"), entry: $0)], isLast: true)
        }
        let (old, new) = (try page(entry).encoded(for: 1), try page(entry).encoded(for: 2))
        #expect(old[ManifestPage.magic.count] == 1)
        #expect(try ManifestPage(decoding: old) == page(bare))
        #expect(new[ManifestPage.magic.count] == 2)
        #expect(try ManifestPage(decoding: new) == page(entry))
    }

    @Test("A change that was applied without something says so, in the second version")
    func incomplete() throws {
        let reply = BatchReply(state: Self.base, outcomes: [.acknowledged, .incomplete(.permission, "why")])
        #expect(reply.encoded()[BatchReply.magic.count] == 2)
        #expect(try BatchReply(decoding: reply.encoded()) == reply)
        #expect(BatchReply(state: Self.base, outcomes: [.acknowledged]).encoded()[BatchReply.magic.count] == 1)
    }

    private func encoded(_ changes: [Change]) -> [UInt8] {
        var encoder = BatchEncoder(base: Self.base)
        for change in changes { encoder.append(change) }
        return encoder.finish()
    }

    @Test("What is encoded is decoded, in pieces of any size", arguments: [1, 2, 7, 64, 100_000])
    func roundTrip(piece: Int) throws {
        let changes = try Self.everyChange()
        let body = encoded(changes)
        var decoder = BatchDecoder()
        var decoded: [Change] = []
        for start in stride(from: 0, to: body.count, by: piece) {
            decoded += try decoder.decode(body[start..<min(start + piece, body.count)])
        }
        try decoder.finish()
        #expect(decoded == changes)
        #expect(decoder.base == Self.base)
    }

    @Test("A batch cut at any byte is never taken for a whole one")
    func cut() throws {
        let body = encoded(try Self.everyChange())
        for length in 0..<body.count {
            var decoder = BatchDecoder()
            #expect(throws: WireError.self) {
                _ = try decoder.decode(body[..<length])
                try decoder.finish()
            }
        }
    }

    @Test("No damaged byte makes the decoder crash, or accept a path that leaves the root", arguments: 0..<8)
    func damage(seed: UInt64) throws {
        let body = encoded(try Self.everyChange())
        var chance = SplitMix(seed: seed)
        for _ in 0..<2000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                damaged[Int.random(in: 0..<body.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
            }
            var decoder = BatchDecoder()
            let changes = (try? decoder.decode(damaged)) ?? []
            for change in changes { #expect(!change.path.components.contains { $0.elementsEqual("..".utf8) }) }
        }
    }

    @Test("What a frame may not hold is refused")
    func refuses() throws {
        let digest = try #require(Digest(Array(0..<32)))
        let file = Entry.file(size: 0, digest: nil, mode: 0, modified: Timestamp(seconds: 0))
        let known = Entry.file(size: 0, digest: digest, mode: 0, modified: Timestamp(seconds: 0))
        let bad: [Change] = [
            .put(try RelativePath("a"), file, .inline([])), .makeDirectory(try RelativePath("a"), known),
            .remove(.root),
            .move(try RelativePath("a/b"), from: try RelativePath("a"), expected: known),
            .put(.root, known, .inline([])),
            .exchange(try RelativePath("a"), with: try RelativePath("a/b"), expected: known, other: known),
            .exchange(try RelativePath("a"), with: .root, expected: known, other: known),
        ]
        for change in bad {
            var decoder = BatchDecoder()
            #expect(throws: WireError.self, "\(change)") { try decoder.decode(encoded([change])) }
        }
    }

    @Test("Another program's bytes and another version are told apart")
    func notOurs() throws {
        var decoder = BatchDecoder()
        #expect(throws: WireError.notOurs) { try decoder.decode(Array(repeating: 65, count: 64)) }
        var body = encoded([])
        body[4] = 9
        decoder = BatchDecoder()
        #expect(throws: WireError.version(9)) { try decoder.decode(body) }
    }

    @Test("Replies and manifest pages come back as they were, and not at all when cut")
    func answers() throws {
        let reply = BatchReply(
            state: Self.base.next, outcomes: [.acknowledged, .preconditionFailed, .problem(.noSpace, "no room, ä")])
        let page = ManifestPage(
            state: Self.base,
            items: try Self.everyChange().compactMap { change in
                if case .put(let path, let entry, _) = change { .init(path: path, entry: entry) } else { nil }
            }, isLast: true)
        #expect(try BatchReply(decoding: reply.encoded()) == reply)
        #expect(try ManifestPage(decoding: page.encoded()) == page)
        for length in 0..<reply.encoded().count {
            #expect(throws: WireError.self) { try BatchReply(decoding: reply.encoded()[..<length]) }
        }
        for length in 0..<page.encoded().count {
            #expect(throws: WireError.self) { try ManifestPage(decoding: page.encoded()[..<length]) }
        }
    }
}
