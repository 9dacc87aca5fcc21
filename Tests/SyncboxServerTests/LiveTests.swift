// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// The listener itself, spoken to by curl: what a person does, and what no router in memory shows.
@Suite("The listening server", .serialized) struct LiveTests {
    /// Runs `body` with a server that listens on a Unix socket, and with what asks it.
    private func withServer(
        _ body:
            @concurrent (TemporaryShare, (_ target: String, _ arguments: [String]) throws -> String) async throws
            -> Void
    ) async throws {
        try await LiveServer.with { temporary, live in try await body(temporary, live.curl) }
    }

    @Test("curl puts, lists, moves, fetches and deletes")
    func curl() async throws {
        try await withServer { temporary, curl in
            let file = temporary.directory.appending(path: "hello").path
            try Data(repeating: 0x61, count: 2_000_000).write(to: URL(filePath: file))
            #expect(try curl("/files/a/b", ["-o", "/dev/null", "-w", "%{http_code}", "-T", file]) == "201")
            #expect(try curl("/directories/a", []).contains("\"name\":\"b\",\"size\":2000000"))
            #expect(try curl("/move", ["-d", "{\"from\":\"a/b\",\"to\":\"c%FF\"}"]) == "")
            #expect(try curl("/files/c%FF", []) == String(repeating: "a", count: 2_000_000))
            #expect(try curl("/files/c%FF", ["-X", "DELETE"]) == "")
            #expect(try curl("/files/c%FF", []).contains("\"status\":404"))
            #expect(try curl("/files/../../etc/passwd", []).contains("\"status\":400"))
            #expect(try curl("", ["-X", "OPTIONS"]).contains("\"status\":405"))
            #expect(try temporary.diskLines().keys.sorted() == ["a"])
        }
    }

    @Test("An upload that is cut goes on where it ended")
    func cutUpload() async throws {
        try await withServer { temporary, curl in
            let begun = try curl("/uploads", ["-i", "-X", "POST", "-H", "Upload-Length: 10"])
            let location = begun.split(separator: "\r\n").first { $0.lowercased().hasPrefix("location:") }
            let id = try #require(location?.split(separator: "/").last.map(String.init))
            let part = ["-X", "PATCH", "-w", "%{http_code}", "-H"]
            // The request says ten bytes, sends five, and goes away.
            let cut = ["Upload-Offset: 0", "-H", "Content-Length: 10", "--max-time", "1", "-d", "hello"]
            _ = try curl("/uploads/\(id)", part + cut)
            let deadline = ContinuousClock.now + .seconds(30)
            while try !curl("/uploads/\(id)", ["-I"]).lowercased().contains("upload-offset: 5") {
                try #require(ContinuousClock.now < deadline, "what arrived was not kept")
            }
            while try curl("/uploads/\(id)", part + ["Upload-Offset: 5", "-d", "world"]).contains("423") {
                try #require(ContinuousClock.now < deadline, "the cut request still holds the upload")
            }
            let upload = try #require(UploadID(id))
            let put = Change.put("x", .file("helloworld"), .upload(upload))
            #expect(try await temporary.outcomes([put]) == [.acknowledged])
        }
    }

    @Test("curl sends a recipe, and a second version is built from the first")
    func recipe() async throws {
        try await withServer { temporary, curl in
            let first = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
            let content = first[..<1_000_000] + Array("hello".utf8) + first[1_000_000...]
            let file = temporary.directory.appending(path: "body")
            try Data(first).write(to: file)
            #expect(try curl("/files/x", ["-o", "/dev/null", "-w", "%{http_code}", "-T", file.path]) == "201")
            let begun = try curl(
                "/uploads", ["-i", "-X", "POST", "-H", "Upload-Tag: x1", "-H", "Upload-Length: \(content.count)"])
            #expect(begun.lowercased().contains("upload-delta: yes"))
            let location = begun.split(separator: "\r\n").first { $0.lowercased().hasPrefix("location:") }
            let id = try #require(location?.split(separator: "/").last.map(String.init))
            let recipe =
                RecipeEncoder.header(base: RecipeBase(path: "x", digest: ContentDigest.of(first)))
                + RecipeEncoder.step(.copy(from: 0, length: 1_000_000)) + RecipeEncoder.step(.literal(length: 5))
                + Array("hello".utf8) + RecipeEncoder.step(.copy(from: 1_000_000, length: 1_000_000))
            try Data(recipe).write(to: file)
            let part = ["-X", "PATCH", "-w", "%{http_code}", "-H", "Content-Type: \(Endpoints.recipeMediaType)"]
            let arguments = part + ["-H", "Upload-Offset: 0", "--data-binary", "@\(file.path)"]
            #expect(try curl("/uploads/\(id)", arguments) == "204")
            let upload = try #require(UploadID(id))
            let entry = Entry.file(
                size: UInt64(content.count), digest: ContentDigest.of(Array(content)), mode: 0o644,
                modified: Timestamp(seconds: 1))
            #expect(try await temporary.outcomes([.put("x", entry, .upload(upload))]) == [.acknowledged])
            #expect(try curl("/uploads/\(id)", arguments).contains("\"status\":404"))
        }
    }
}
