// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite("Recipes on the wire") struct RecipeTests {
    private typealias Event = RecipeEvent<ArraySlice<UInt8>>

    private static func base() throws -> RecipeBase {
        RecipeBase(path: try RelativePath([0xFF, 0x0A, UInt8(ascii: "/"), 0x01]), digest: try #require(Digest(0..<32)))
    }

    private static let most = WireLimits.recipeLength
    /// Each kind of step, next to each other kind, and the numbers at the edges.
    private static let steps: [RecipeStep] = [
        .copy(from: most - 1, length: 1), .literal(length: 1), .literal(length: 300), .hole(length: 1 << 40),
        .copy(from: 0, length: 1 << 50), .copy(from: 7, length: 9), .hole(length: 1), .literal(length: 2),
    ]

    /// The bytes of a recipe, with literals whose bytes count on, and where a recipe may end: behind every whole step.
    private func encoded(_ base: RecipeBase?, _ steps: [RecipeStep]) -> (body: [UInt8], ends: Set<Int>) {
        var body = RecipeEncoder.header(base: base)
        var ends: Set = [body.count]
        var next: UInt8 = 0
        for step in steps {
            body += RecipeEncoder.step(step)
            if case .literal(let length) = step {
                for _ in 0..<length {
                    body.append(next)
                    next &+= 1
                }
            }
            ends.insert(body.count)
        }
        return (body, ends)
    }

    /// What is decoded of pieces, with the pieces of literals put together again.
    private func decode(_ pieces: [ArraySlice<UInt8>], whole: Bool = true) throws -> [Event] {
        var decoder = RecipeDecoder()
        var events: [Event] = []
        for piece in pieces {
            var rest = piece
            while let event = try decoder.next(from: &rest) {
                if case .literal(let more) = event {
                    #expect(!more.isEmpty)
                    #expect(
                        more.startIndex >= piece.startIndex && more.endIndex <= piece.endIndex, "a slice of the piece")
                    if case .literal(let before) = events.last {
                        events[events.count - 1] = .literal(before + more)
                        continue
                    }
                }
                events.append(event)
            }
            #expect(rest.isEmpty)
        }
        if whole { try decoder.finish() }
        return events
    }

    private func expected(_ base: RecipeBase?, _ steps: [RecipeStep]) -> [Event] {
        var events: [Event] = [.header(base)]
        var next: UInt8 = 0
        for step in steps {
            switch step {
            case .copy(let from, let length): events.append(.copy(from: from, length: length))
            case .hole(let length): events.append(.hole(length: length))
            case .literal(let length):
                let bytes = (0..<length).map { UInt8(truncatingIfNeeded: UInt64(next) + $0) }
                next &+= UInt8(truncatingIfNeeded: length)
                if case .literal(let before) = events.last {
                    events[events.count - 1] = .literal(before + bytes)
                } else {
                    events.append(.literal(bytes[...]))
                }
            }
        }
        return events
    }

    @Test("What is encoded is decoded, in pieces of any size", arguments: [1, 2, 7, 64, 100_000])
    func roundTrip(size: Int) throws {
        let base = try Self.base()
        let (body, _) = encoded(base, Self.steps)
        let pieces = stride(from: 0, to: body.count, by: size).map { body[$0..<min($0 + size, body.count)] }
        #expect(try decode(pieces) == expected(base, Self.steps))
    }

    @Test("A recipe without a base has literals and holes")
    func noBase() throws {
        let steps: [RecipeStep] = [.literal(length: 3), .hole(length: 5)]
        #expect(try decode([encoded(nil, steps).body[...]]) == expected(nil, steps))
        #expect(try decode([encoded(nil, []).body[...]]) == [.header(nil)])
        #expect(throws: WireError.self) { try decode([encoded(nil, [.copy(from: 0, length: 1)]).body[...]]) }
    }

    @Test("Wherever it is cut, what came before is decoded, and only behind a step it is whole")
    func cut() throws {
        let base = try Self.base()
        let (body, ends) = encoded(base, Self.steps)
        for length in 0...body.count {
            let events = try decode([body[..<length], body[length...]])
            #expect(events == expected(base, Self.steps), "cut at \(length)")
            if ends.contains(length) {
                _ = try decode([body[..<length]])
            } else {
                #expect(throws: WireError.truncated, "cut at \(length)") { try decode([body[..<length]]) }
            }
        }
    }

    @Test("A literal is given on as it arrives, before its end is there")
    func streams() throws {
        var decoder = RecipeDecoder()
        var head = (RecipeEncoder.header(base: nil) + RecipeEncoder.step(.literal(length: Self.most)))[...]
        #expect(try decoder.next(from: &head) == .header(nil))
        #expect(try decoder.next(from: &head) == nil)
        var piece: ArraySlice<UInt8> = [0, 1, 2][1...]
        #expect(try decoder.next(from: &piece) == .literal([1, 2]))
        #expect(piece.isEmpty)
    }

    /// Bytes that are no recipe, each with what is wrong about it.
    private static func hostile() throws -> [(String, [UInt8])] {
        let (none, some) = (RecipeEncoder.header(base: nil), RecipeEncoder.header(base: try base()))
        func frame(_ type: UInt8, _ length: UInt32, _ payload: [UInt64] = []) -> [UInt8] {
            var writer = ByteWriter()
            writer.number(type)
            writer.number(length)
            for number in payload { writer.number(number) }
            return writer.bytes
        }
        func based(on path: [UInt8]) -> [UInt8] {
            var writer = ByteWriter()
            writer.header(RecipeEncoder.magic)
            writer.frame(1) { writer in
                writer.short(path)
                writer.raw(Array(repeating: 0, count: Digest.length))
            }
            return writer.bytes
        }
        return [
            ("no base", none.dropLast(5) + frame(4, 8, [1])), ("two bases", none + none.dropFirst(5)),
            ("an unknown step", none + frame(5, 8, [1])), ("an unknown step without a payload", none + frame(0, 0)),
            ("an empty step", none + frame(4, 0)), ("a step that is too short", none + frame(4, 7, [0])),
            ("a step that is too long", none + frame(4, 16, [1, 1])),
            ("a frame that is too long", none + frame(4, UInt32(WireLimits.recipeFrame + 1))),
            ("a frame that is far too long", none + frame(2, .max)),
            ("a hole of nothing", none + frame(4, 8, [0])), ("a literal of nothing", none + frame(2, 8, [0])),
            ("a copy of nothing", some + frame(3, 16, [1, 0])), ("a hole without an end", none + frame(4, 8, [.max])),
            ("a literal without an end", none + frame(2, 8, [most + 1])),
            ("a copy that wraps", some + frame(3, 16, [.max, 1])),
            ("a copy that ends too far behind", some + frame(3, 16, [1, most])),
            ("a copy of too much", some + frame(3, 16, [0, .max])),
            ("lengths that wrap together", none + frame(4, 8, [most]) + frame(4, 8, [1])),
            ("lengths of two kinds that wrap together", some + frame(4, 8, [most]) + frame(3, 16, [0, 1])),
            ("the root as a base", based(on: [])), ("a base above the root", based(on: Array("../x".utf8))),
            ("an absolute base", based(on: Array("/etc/passwd".utf8))),
            (
                "a base with something behind it",
                none.dropLast(4) + [38, 0, 0, 0, 1, 0, 0x61] + Array(repeating: 7, count: 35)
            ),
            ("a base without its digest", none.dropLast(4) + [3, 0, 0, 0, 1, 0, 0x61]),
        ]
    }

    @Test("What a recipe may not say is refused, however it arrives")
    func refuses() throws {
        for (name, body) in try Self.hostile() {
            #expect(throws: WireError.self, "\(name)") { try decode([body[...]], whole: false) }
            #expect(throws: WireError.self, "\(name), byte by byte") {
                try decode(body.indices.map { body[$0...$0] }, whole: false)
            }
        }
    }

    @Test("Another program's bytes and another version are told apart")
    func notOurs() throws {
        #expect(throws: WireError.notOurs) { try decode([Array(repeating: 65, count: 64)[...]]) }
        var body = RecipeEncoder.header(base: nil)
        body[RecipeEncoder.magic.count] = 9
        #expect(throws: WireError.version(9)) { try decode([body[...]]) }
    }

    @Test("No damaged byte makes the decoder crash, or give what can't be counted with", arguments: 0..<8)
    func damage(seed: UInt64) throws {
        let (body, _) = encoded(try Self.base(), Self.steps)
        var chance = SplitMix(seed: seed)
        for _ in 0..<2000 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                damaged[Int.random(in: 0..<body.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
            }
            var decoder = RecipeDecoder()
            var rest = damaged[...]
            var built: UInt64 = 0
            while let event = try? decoder.next(from: &rest) {
                switch event {
                case .header(let base):
                    #expect(base?.path.components.contains { $0.elementsEqual("..".utf8) } != true)
                case .copy(let from, let length):
                    #expect(from + length <= Self.most)
                    built += length
                case .hole(let length): built += length
                case .literal(let bytes): built += UInt64(bytes.count)
                }
                #expect(built <= Self.most)
            }
        }
    }

    @Test(
        "A tag is digits and small letters, at most 64",
        arguments: [
            ("a", true), ("0z9", true), (String(repeating: "f", count: 64), true), ("", false),
            (String(repeating: "f", count: 65), false), ("A", false), ("a-b", false), ("a b", false), ("ä", false),
            ("../x", false), ("a\0", false),
        ])
    func tag(text: String, isOne: Bool) {
        #expect((UploadTag(text) != nil) == isOne)
        #expect(UploadTag(text)?.text == (isOne ? text : nil))
    }
}
