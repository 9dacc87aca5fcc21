// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxClient

@Suite struct RecipeSourceTests {
    private static let content: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 % 251) }
    private static let base: [UInt8] = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 * 3 % 241) }

    private func withFile(_ body: (ReadingFile, URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let place = directory.appending(path: "file")
        try Data(Self.content).write(to: place)
        try body(try Root(opening: directory.path).openForReading(RelativePath("file")), place)
    }

    /// The whole body, read by `portion` bytes at a time.
    private func body(of source: RecipeSource, portion: Int, from start: UInt64 = 0) throws -> [UInt8] {
        var body: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: portion, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer, at: start + UInt64(body.count))
            if count == 0 { return body }
            body += buffer[..<count]
        }
    }

    /// What a server makes of the recipe.
    private func build(_ body: [UInt8]) throws -> [UInt8] {
        var decoder = RecipeDecoder()
        var rest = body[...]
        var built: [UInt8] = []
        while let event = try decoder.next(from: &rest) {
            switch event {
            case .header: break
            case .copy(let from, let length): built += Self.base[Int(from)..<Int(from + length)]
            case .hole(let length): built += [UInt8](repeating: 0, count: Int(length))
            case .literal(let piece): built += piece
            }
        }
        try decoder.finish()
        return built
    }

    @Test(
        "The body is a recipe that makes what it should, in pieces of any size, and again from its beginning",
        arguments: [1, 7, 4096, 1 << 18])
    func body(portion: Int) throws {
        let digest = try #require(Digest([UInt8](repeating: 1, count: Digest.length)))
        let steps: [RecipeStep] = [
            .literal(length: 500), .copy(from: 100, length: 300), .hole(length: 200), .literal(length: 60_000),
        ]
        let (first, last) = (Self.content[10_000..<10_500], Self.content[11_000..<71_000])
        let expected = first + Self.base[100..<400] + [UInt8](repeating: 0, count: 200) + last
        try withFile { file, _ in
            let source = RecipeSource(
                file, steps, from: 10_000, base: RecipeBase(path: try RelativePath("b"), digest: digest))
            for _ in 0..<2 {
                let body = try body(of: source, portion: portion)
                #expect(UInt64(body.count) == source.length)
                #expect(try build(body) == Array(expected))
            }
        }
    }

    @Test("A file that changes ends the body")
    func changes() throws {
        try withFile { file, place in
            let source = RecipeSource(file, [.literal(length: 100_000)], from: 0, base: nil)
            try FileHandle(forWritingTo: place).truncate(atOffset: 50)
            let error = #expect(throws: FileError.self) { try body(of: source, portion: 4096) }
            #expect(error?.code == .busy)
        }
    }
}
