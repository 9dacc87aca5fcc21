// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Synchronization
import Testing

/// Bodies that are streamed.
struct UploadTests {
    @Test("300 MB arrive byte for byte, and are never in memory together", arguments: [true, false])
    func bulk(hasLength: Bool) async throws {
        let length: UInt64 = 300_000_007
        let server = try TestServer.tcp { connection, _ in
            guard let head = connection.readHead() else { return }
            let isRight = hasLength ? Self.takeWhole(connection, length) : Self.takeChunks(connection, length)
            let framing = head.header("content-length") ?? head.header("transfer-encoding") ?? ""
            connection.write(answer(200, "\(framing) \(isRight)"))
        }
        let before = try Self.residentBytes()
        let source = PeakSource(PatternSource(length: length))
        let response = try await CurlClient(server.endpoint).send(
            HTTPRequest(method: "PUT", target: "/", body: .stream(length: hasLength ? length : nil, source: source)))
        #expect(String(decoding: response.body, as: UTF8.self) == "\(hasLength ? "\(length)" : "chunked") true")
        // Other tests run beside this one and take some tens of MB for themselves.
        #expect(source.peak - before < 250_000_000)
    }

    private static func takeWhole(_ connection: Connection, _ length: UInt64) -> Bool {
        var offset: UInt64 = 0
        var isRight = true
        let isWhole = connection.readPieces(total: length) { piece in
            isRight = isRight && PatternSource.matches(piece, at: offset)
            offset += UInt64(piece.count)
        }
        return isRight && isWhole
    }

    private static func takeChunks(_ connection: Connection, _ length: UInt64) -> Bool {
        var offset: UInt64 = 0
        var isRight = true
        while let chunk = connection.readChunk(), !chunk.isEmpty {
            isRight = isRight && chunk.withUnsafeBytes { PatternSource.matches($0, at: offset) }
            offset += UInt64(chunk.count)
        }
        return isRight && offset == length
    }

    private static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return try #require(Int(pages)) * Int(getpagesize())
    }

    /// Looks at the process's memory while it hands on another source's bytes.
    private final class PeakSource: HTTPBodySource {
        private let source: PatternSource
        private let highest = Atomic(0)
        var peak: Int { highest.load(ordering: .relaxed) }

        init(_ source: PatternSource) {
            self.source = source
        }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
            highest.max(try UploadTests.residentBytes(), ordering: .relaxed)
            return try source.read(into: buffer, at: offset)
        }
    }

    @Test(
        "A final response that comes early is the result, and the rest is not sent",
        arguments: [[], ["Connection: close"]], [UInt64?.none, 1 << 40])
    func earlyResponse(headers: [String], length: UInt64?) async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            connection.write(answer(413, "too much", headers: headers))
            connection.waitForHangUp()
        }
        let source = PatternSource(length: 1 << 40)
        let response = try await CurlClient(server.endpoint).send(
            HTTPRequest(method: "PUT", target: "/", body: .stream(length: length, source: source)))
        #expect(response.status == 413)
        #expect(response.body == Array("too much".utf8))
        #expect(try #require(source.offsets.last) < 100_000_000)
    }

    @Test("A server that answers, reads on for a while and then hangs up has answered", arguments: [200, 503])
    func answersAndHangsUp(status: Int) async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            connection.write(answer(status, "enough"))
            _ = connection.readPieces(total: 50_000_000) { _ in }
            connection.resetWhenClosed()
        }
        let body = HTTPBody.stream(length: 1 << 40, source: PatternSource(length: 1 << 40))
        let response = try await CurlClient(server.endpoint).send(HTTPRequest(method: "PUT", target: "/", body: body))
        #expect(response.status == status)
        #expect(response.body == Array("enough".utf8))
    }

    @Test("After an early response the client goes on with a connection of its own")
    func afterEarlyResponse() async throws {
        let server = try TestServer.tcp { connection, number in
            guard number == 1 else { return TestServer.answering { _ in answer(200) }(connection, number) }
            _ = connection.readHead()
            connection.write(answer(401))
            connection.waitForHangUp()
        }
        let client = try CurlClient(server.endpoint)
        let large = HTTPBody.bytes([UInt8](repeating: 7, count: 30_000_000))
        #expect(try await client.send(HTTPRequest(method: "POST", target: "/", body: large)).status == 401)
        #expect(try await client.send(HTTPRequest(method: "POST", target: "/", body: large)).status == 200)
        #expect(server.connections == 2)
    }

    @Test("A source that fails ends the transfer, and its error reaches the caller", arguments: [0, 3_000_000])
    func sourceFails(offset: UInt64) async throws {
        let hangUps = Atomic(0)
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readRequest()
            hangUps.add(1, ordering: .sequentiallyConsistent)
        }
        let source = FailingSource(failsAt: offset)
        let error = try await CurlClient(server.endpoint).failure(
            HTTPRequest(method: "PUT", target: "/x", body: .stream(length: 1 << 30, source: source)))
        #expect(error.kind == .aborted)
        #expect(error.cause as? FailingSource.Failure == FailingSource.Failure())
        #expect(error.message.contains("PUT /x"))
        try await eventually { hangUps.load(ordering: .sequentiallyConsistent) == 1 }
    }

    private struct FailingSource: HTTPBodySource {
        struct Failure: Error, Equatable {}
        let failsAt: UInt64

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
            if offset >= failsAt { throw Failure() }
            return min(buffer.count, Int(failsAt - offset))
        }
    }

    @Test("A source that ends before its announced length is an error, never a shorter body")
    func sourceEndsEarly() async throws {
        let server = try TestServer.tcp(TestServer.answering { _ in answer() })
        let error = try await CurlClient(server.endpoint).failure(
            HTTPRequest(method: "PUT", target: "/", body: .stream(length: 101, source: PatternSource(length: 100))))
        #expect(error.kind == .aborted)
        #expect(error.message.contains("at byte 100: it ended there, but 101 bytes"))
    }

    @Test("A source that has more than announced is cut off there")
    func sourceHasMore() async throws {
        let server = try TestServer.tcp(TestServer.answering { answer(200, "\($0.body.count)") })
        let client = try CurlClient(server.endpoint)
        for _ in 1...2 {
            let response = try await client.send(
                HTTPRequest(method: "PUT", target: "/", body: .stream(length: 100, source: PatternSource(length: 200))))
            #expect(response.body == Array("100".utf8))
        }
    }

    @Test("Where a kept connection turns out to be dead, the body starts again on a new one")
    func startsAgain() async throws {
        let server = try TestServer.tcp { connection, number in
            _ = connection.readRequest()
            connection.write(answer(200, "\(number)"))
            // The second request finds a server that takes it and goes away, as one that is being restarted does.
            if number == 1, connection.readRequest() != nil { return }
        }
        let client = try CurlClient(server.endpoint)
        let source = PatternSource(length: 2_000_000)
        _ = try await client.send(HTTPRequest(method: "GET", target: "/"))
        let response = try await client.send(
            HTTPRequest(method: "PUT", target: "/", body: .stream(length: source.length, source: source)))
        #expect(response.body == Array("2".utf8))
        #expect(source.offsets.count { $0 == 0 } == 2)
    }

    @Test("Streams leave a connection free for what is small")
    func streamsLeaveRoom() async throws {
        let server = try TestServer.tcp { connection, _ in
            guard let head = connection.readHead() else { return }
            if head.line.hasPrefix("PUT") { return connection.waitForHangUp() }
            connection.write(answer(200, "small"))
        }
        let client = try CurlClient(server.endpoint, mostConnections: 2)
        try await withThrowingTaskGroup { group in
            for _ in 1...5 {
                let body = HTTPBody.stream(length: 1 << 40, source: PatternSource(length: 1 << 40))
                group.addTask { _ = try? await client.send(HTTPRequest(method: "PUT", target: "/", body: body)) }
            }
            try await eventually { server.connections == 1 }
            #expect(try await client.send(HTTPRequest(method: "POST", target: "/", body: .bytes([1]))).status == 200)
            #expect(server.connections == 2)
            group.cancelAll()
        }
    }
}
