// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// Each limit of a request, exceeded, and the answer that the documentation promises.
@Suite("Limits of requests") struct RequestLimitTests {
    /// What the server answers to a body in a share that has the file `x`: always a problem.
    private func status(
        _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8] = [], _ headers: HTTPFields = [:]
    ) async throws -> Int {
        let server = try RouteTests.TestServer()
        _ = try await server.temporary.outcomes([.put("x", "hello")])
        return try await server.run { client in
            let response = try await client.execute(
                uri: RouteTests.share + target, method: method, headers: RouteTests.headers("all", headers),
                body: ByteBuffer(bytes: body))
            #expect(response.headers[.contentType] == "application/problem+json")
            return response.status.code
        }
    }

    /// A batch's bytes: as many changes of `change` as `count` says.
    private func batch(_ count: Int, _ change: Change, base: ShareState = ShareState(epoch: 1, sequence: 1)) -> [UInt8]
    {
        var encoder = BatchEncoder(base: base)
        encoder.append(change)
        let one = encoder.finish()
        // A header of 21 bytes, the frame, and the end: 5 bytes and the count.
        let (header, frame) = (one[..<21], one[21..<(one.count - 9)])
        let end = [255, 4, 0, 0, 0] + withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
        return header + (0..<count).flatMap { _ in frame } + end
    }

    @Test("A batch with more changes, a longer frame or more bytes than it may have is answered with 413")
    func batches() async throws {
        let most = WireLimits.changesInBatch
        #expect(try await status(.post, "/batches", batch(most + 1, .remove("none"))) == 413)
        var long = batch(1, .remove("none"))
        long.replaceSubrange(
            22..<26, with: withUnsafeBytes(of: UInt32(WireLimits.frame + 1).littleEndian) { Array($0) })
        #expect(try await status(.post, "/batches", long) == 413)
        let content = [UInt8](repeating: 7, count: WireLimits.inlineContent)
        let entry = Entry.file(
            size: UInt64(content.count), digest: ContentDigest.of(content), mode: 0o644, modified: Timestamp(seconds: 1)
        )
        let count = 1 + WireLimits.batch / content.count
        #expect(try await status(.post, "/batches", batch(count, .put("big", entry, .inline(content)))) == 413)
        // As many as it may have is another matter: that it builds on another state.
        let server = try RouteTests.TestServer()
        let state = server.temporary.share.catalog.summary.state
        let result = try await server.temporary.send(body: batch(most, .remove("none"), base: state))
        guard case .committed(let reply) = result else { throw FileError(.busy, operation: "commit", path: nil) }
        #expect(reply.outcomes.count == most)
    }

    @Test(
        "Names, paths, depth and bodies of other requests have their limits",
        arguments: [
            (.put, "/files/" + String(repeating: "n", count: 256), 0, 400),
            (.put, "/files/" + String(repeating: "d/", count: 2047) + "xy", 0, 400),
            (.put, "/files/" + String(repeating: "d/", count: RelativePath.deepest) + "x", 0, 400),
            (.put, "/files/" + String(repeating: "%41", count: 6000), 0, 414),
            (.post, "/move", 32 * 1024 + 1, 413), (.post, "/audit", 1025, 413), (.post, "/freshness", 1025, 413),
            (.post, "/uploads", 0, 413),
        ] as [(HTTPRequest.Method, String, Int, Int)])
    func others(method: HTTPRequest.Method, target: String, length: Int, status: Int) async throws {
        let body = [UInt8](repeating: 0x20, count: length)
        let headers: HTTPFields = [.uploadLength: String(Uploads.mostBytes + 1)]
        #expect(try await self.status(method, target, body, headers) == status)
    }

    @Test("The deepest path there can be is taken")
    func deepest() async throws {
        let server = try RouteTests.TestServer()
        try await server.run { client in
            let uri =
                RouteTests.share + "/directories/" + String(repeating: "d/", count: RelativePath.deepest - 1) + "d"
            let response = try await client.execute(uri: uri, method: .put, headers: RouteTests.headers("all"))
            #expect(response.status == .created, "\(String(buffer: response.body))")
        }
        #expect(try server.temporary.catalogLines().count == RelativePath.deepest)
    }

    @Test("While as many uploads are being worked on as a share may have, one more is answered with 429")
    func uploads() async throws {
        let server = try RouteTests.TestServer()
        let uploads = server.temporary.share.uploads
        for _ in 0..<Uploads.most {
            let id = try #require(try uploads.begin(UploadRecord(length: 1, handle: nil)))
            _ = try uploads.take(id)
        }
        try await server.run { client in
            let response = try await client.execute(
                uri: Endpoints.uploads("src"), method: .post, headers: RouteTests.headers("all", [.uploadLength: "1"]))
            #expect(response.status == .tooManyRequests)
            #expect(response.headers[.contentType] == "application/problem+json")
        }
    }

    @Test("Uploads that would have more bytes together than a share may have are answered with 413, until others end")
    func uploadBytes() async throws {
        let server = try RouteTests.TestServer()
        let half = Uploads.mostBytes / 2
        try await server.run { client in
            func begin(_ length: UInt64) async throws -> TestResponse {
                try await client.execute(
                    uri: Endpoints.uploads("src"), method: .post,
                    headers: RouteTests.headers("all", [.uploadLength: String(length)]))
            }
            let first = try await begin(half)
            #expect(first.status == .created)
            #expect(try await begin(Uploads.mostBytes - half).status == .created)
            #expect(try await begin(1).status == .contentTooLarge)
            let location = try #require(first.headers[.location])
            try await client.execute(uri: location, method: .delete, headers: RouteTests.headers("all"))
            #expect(try await begin(1).status == .created)
        }
    }

    @Test("More requests than a share may have under way are answered with 503; other shares don't notice")
    func underWay() async throws {
        let requests = RequestsUnderWay(most: 2)
        try await requests.serve("a") {
            try await requests.serve("a") {
                let error = await #expect(throws: HTTPError.self) { try await requests.serve("a") {} }
                #expect(error?.status == .serviceUnavailable && error?.headers[.retryAfter] == "1")
                try await requests.serve("b") {}
            }
            try await requests.serve("a") {}
        }
    }
}
