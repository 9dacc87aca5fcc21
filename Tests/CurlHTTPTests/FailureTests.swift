// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Synchronization
import Testing

/// What goes wrong, and what the caller is told.
struct FailureTests {
    @Test("A port where nobody listens is unreachable, and the message says what and where")
    func refused() async throws {
        let gone = try TestServer.tcp { _, _ in }.endpoint
        var error: CurlError?
        // The listener closes on its thread a moment after the server has gone.
        while error?.kind != .unreachable {
            error = try await CurlClient(gone).failure(HTTPRequest(method: "GET", target: "/a"))
        }
        #expect(error?.message.contains("GET /a at \(gone)") == true)
    }

    @Test("A Unix socket that is not there, or whose path is too long, is unreachable", arguments: [10, 200])
    func noSocket(length: Int) async throws {
        let path = "/nowhere/" + String(repeating: "x", count: length)
        let error = try await CurlClient(.unix(path: path)).failure()
        #expect(error.kind == .unreachable)
        #expect(error.message.contains("unix:\(path)"))
    }

    @Test("A connection that ends in the middle of an answer is cut", arguments: Ending.allCases)
    func cut(ending: Ending) async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readRequest()
            connection.write(ending.beginning)
            if ending == .reset { connection.resetWhenClosed() }
        }
        #expect(try await CurlClient(server.endpoint).failure().kind == .cut)
    }

    /// Where the server stops.
    enum Ending: CaseIterable {
        case beforeAll, inHead, inBody, inChunks, reset

        var beginning: String {
            switch self {
            case .beforeAll, .reset: ""
            case .inHead: "HTTP/1.1 200 OK\r\nContent-Le"
            case .inBody: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
            case .inChunks: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"
            }
        }
    }

    @Test("A connection that ends in the middle of an upload is cut")
    func cutUpload() async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            connection.resetWhenClosed()
        }
        let body = HTTPBody.stream(length: 1 << 40, source: PatternSource(length: 1 << 40))
        #expect(
            try await CurlClient(server.endpoint).failure(HTTPRequest(method: "PUT", target: "/", body: body)).kind
                == .cut)
    }

    @Test(
        "A server that never answers times out in the time that was given",
        arguments: [
            HTTPTimeouts(stall: nil, total: .milliseconds(150)), HTTPTimeouts(stall: .seconds(1), total: nil),
        ])
    func neverAnswers(timeouts: HTTPTimeouts) async throws {
        let server = try TestServer.tcp { connection, _ in connection.waitForHangUp() }
        let client = try CurlClient(server.endpoint, timeouts: HTTPTimeouts(total: .seconds(60)))
        let start = ContinuousClock.now
        let error = try await client.failure(HTTPRequest(method: "GET", target: "/", timeouts: timeouts))
        #expect(error.kind == .timedOut)
        let took = ContinuousClock.now - start
        #expect(took >= timeouts.total ?? .milliseconds(900))
        #expect(took < .seconds(8))
    }

    @Test("A host that takes no connection times out in the time for connecting")
    func connectTimesOut() async throws {
        let (endpoint, sockets) = try TestServer.neverAccepting()
        defer { for socket in sockets { Glibc.close(socket) } }
        let timeouts = HTTPTimeouts(connect: .milliseconds(200), stall: nil, total: .seconds(30))
        let start = ContinuousClock.now
        #expect(try await CurlClient(endpoint, timeouts: timeouts).failure().kind == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test("A server that stops in the middle of an upload or an answer times out", arguments: [true, false])
    func stalls(inUpload: Bool) async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            if !inUpload { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }
            connection.waitForHangUp()
        }
        let source = PatternSource(length: 1 << 40)
        let body: HTTPBody = inUpload ? .stream(length: 1 << 40, source: source) : .none
        let client = try CurlClient(server.endpoint, timeouts: HTTPTimeouts(stall: .seconds(1)))
        #expect(try await client.failure(HTTPRequest(method: "PUT", target: "/", body: body)).kind == .timedOut)
    }

    @Test("A response larger than the request takes is refused", arguments: [true, false], [10, 3_000_000])
    func tooLarge(hasLength: Bool, limit: Int) async throws {
        let server = try TestServer.tcp(
            TestServer.answering { request in
                let body = String(repeating: "x", count: limit + (request.line.contains("more") ? 1 : 0))
                if hasLength { return answer(200, body) }
                let size = String(body.utf8.count, radix: 16)
                return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n\(body)\r\n0\r\n\r\n"
            })
        let client = try CurlClient(server.endpoint)
        let fitting = HTTPRequest(method: "GET", target: "/", mostResponseBytes: limit)
        #expect(try await client.send(fitting).body.count == limit)
        let error = try await client.failure(HTTPRequest(method: "GET", target: "/more", mostResponseBytes: limit))
        #expect(error.kind == .protocolViolation)
        #expect(error.message.contains("\(limit) bytes"))
        #expect(try await client.send(fitting).body.count == limit)
    }

    @Test(
        "What is not HTTP/1.1 is a violation",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 200 OK\r\n" + (1...2000).map { "X-\($0): \(String(repeating: "x", count: 90))\r\n" }.joined()
                + "\r\n",
        ])
    func notHTTP(text: String) async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readRequest()
            connection.write(text)
            connection.waitForHangUp()
        }
        #expect(try await CurlClient(server.endpoint).failure().kind == .protocolViolation)
    }

    @Test(
        "A request that would not be one request on the wire is refused before it is sent",
        arguments: [
            HTTPRequest(method: "", target: "/"), HTTPRequest(method: "GET /x", target: "/"),
            HTTPRequest(method: "GET", target: ""), HTTPRequest(method: "GET", target: "x"),
            HTTPRequest(method: "GET", target: "/a b"), HTTPRequest(method: "GET", target: "/a\r\nX: 1"),
            HTTPRequest(method: "GET", target: "/ä"), HTTPRequest(method: "GET", target: "/a#b"),
            HTTPRequest(method: "GET", target: "/", headers: [("X", "1\r\nY: 2")]),
            HTTPRequest(method: "GET", target: "/", headers: [("X: 1\r\nY", "2")]),
            HTTPRequest(method: "GET", target: "/", headers: [("", "2")]),
            HTTPRequest(method: "GET", target: "/", headers: [("content-LENGTH", "2")]),
            HTTPRequest(method: "GET", target: "/", headers: [("Transfer-Encoding", "chunked")]),
            HTTPRequest(method: "PUT", target: "/", body: .stream(length: .max, source: PatternSource(length: 0))),
        ])
    func invalid(request: HTTPRequest) async throws {
        let server = try TestServer.tcp { _, _ in }
        #expect(try await CurlClient(server.endpoint).failure(request).kind == .invalid)
        #expect(server.connections == 0)
    }

    @Test("Cancelling the caller ends the transfer at once, wherever it stands", arguments: Stand.allCases)
    func cancel(stand: Stand) async throws {
        let hangUps = Atomic(0)
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            if stand == .answering { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }
            // Reads on: the end of a connection comes behind the bytes that are on their way.
            _ = connection.readPieces(total: .max) { _ in }
            hangUps.add(1, ordering: .sequentiallyConsistent)
        }
        let client = try CurlClient(server.endpoint, mostConnections: 1)
        let body = HTTPBody.stream(length: 1 << 40, source: PatternSource(length: 1 << 40))
        let request = HTTPRequest(method: "PUT", target: "/", body: stand == .uploading ? body : .none)
        let running = Task { try await client.failure(request) }
        if stand != .unsent { try await eventually { server.connections == 1 } }
        let waiting = Task { try await client.failure() }
        waiting.cancel()
        #expect(try await waiting.value.kind == .cancelled)
        let start = ContinuousClock.now
        running.cancel()
        #expect(try await running.value.kind == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(1))
        try await eventually { hangUps.load(ordering: .sequentiallyConsistent) == server.connections }
    }

    /// What the transfer is doing when it is cancelled.
    enum Stand: CaseIterable {
        case unsent, waiting, uploading, answering
    }

    @Test("Closing the client ends what runs and what waits")
    func close() async throws {
        let server = try TestServer.tcp { connection, _ in connection.waitForHangUp() }
        let client = try CurlClient(server.endpoint, mostConnections: 2)
        let tasks = (1...5).map { _ in Task { try await client.failure() } }
        try await eventually { server.connections == 2 }
        client.close()
        for task in tasks { #expect(try await task.value.kind == .cancelled) }
        #expect(try await client.failure().kind == .cancelled)
    }

    @Test("More requests than allowed are refused at once, and there is room again when one has ended")
    func tooMany() async throws {
        let server = try TestServer.tcp { connection, _ in connection.waitForHangUp() }
        let client = try CurlClient(server.endpoint, mostConnections: 1, mostRequests: 2)
        let tasks = (1...2).map { _ in Task { try await client.failure() } }
        try await eventually { server.connections == 1 }
        while try await client.failure(
            HTTPRequest(method: "GET", target: "/", timeouts: HTTPTimeouts(total: .milliseconds(1)))
        ).kind != .other {}
        for task in tasks { task.cancel() }
        for task in tasks { #expect(try await task.value.kind == .cancelled) }
        let brief = HTTPRequest(method: "GET", target: "/", timeouts: HTTPTimeouts(total: .milliseconds(20)))
        #expect(try await client.failure(brief).kind == .timedOut)
    }
}
