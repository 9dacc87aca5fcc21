// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Synchronization
import Testing

/// What goes well: requests and responses as both ends see them, and how connections are used.
struct CurlClientTests {
    @Test("A response comes with its status, its fields in any case and its body")
    func response() async throws {
        let server = try TestServer.tcp(
            TestServer.answering { _ in answer(200, "hello", headers: ["X-One:  1 ", "x-two: ä", "X-Empty:"]) })
        let response = try await CurlClient(server.endpoint).send(HTTPRequest(method: "GET", target: "/"))
        #expect(response.status == 200 && response.isSuccess)
        #expect(response.body == Array("hello".utf8))
        #expect(response.header("x-one") == "1")
        #expect(response.header("X-TWO") == "ä")
        #expect(response.header("x-empty") == "")
        #expect(response.header("x-three") == nil)
    }

    @Test("A request is sent as it was given, without a field that nobody asked for")
    func request() async throws {
        let received = Mutex<ReceivedRequest?>(nil)
        let server = try TestServer.tcp(
            TestServer.answering { request in
                received.withLock { $0 = request }
                return answer()
            })
        guard case .tcp(_, let host, let port) = server.endpoint else { return }
        let request = HTTPRequest(
            method: "PATCH", target: "/a/../%2e/b%FF?x=1&y=%20", headers: [("X-Key", "Ä=1"), ("X-Empty", "")],
            body: .bytes([1, 2]))
        _ = try await CurlClient(server.endpoint).send(request)
        let seen = try #require(received.withLock { $0 })
        #expect(seen.line == "PATCH /a/../%2e/b%FF?x=1&y=%20 HTTP/1.1")
        let names = Set(seen.headers.map(\.name))
        #expect(names == ["host", "user-agent", "accept", "x-key", "x-empty", "content-length"])
        #expect(seen.header("host") == "\(host):\(port)")
        #expect(seen.header("user-agent") == "test/1")
        #expect(seen.header("x-key") == "Ä=1")
    }

    @Test("A body arrives whole in its framing", arguments: ["POST", "PUT", "PATCH"], BodyCase.all)
    func body(method: String, body: BodyCase) async throws {
        let server = try TestServer.tcp(
            TestServer.answering { request in
                let isWhole = request.body.withUnsafeBytes { PatternSource.matches($0, at: 0) }
                let framing = request.header("transfer-encoding") ?? request.header("content-length") ?? "none"
                return answer(200, "\(framing) \(request.body.count) \(isWhole)")
            })
        let response = try await CurlClient(server.endpoint).send(
            HTTPRequest(method: method, target: "/", body: body.body()))
        #expect(String(decoding: response.body, as: UTF8.self) == "\(body.framing) \(body.length) true")
    }

    /// A body and how it must be framed.
    struct BodyCase: Sendable, CustomTestStringConvertible {
        enum Form { case none, bytes, stream, chunked }
        let form: Form
        let length: Int
        var framing: String { form == .chunked ? "chunked" : "\(length)" }
        var testDescription: String { "\(form) \(length)" }

        static let all: [BodyCase] = [
            BodyCase(form: .none, length: 0), BodyCase(form: .bytes, length: 0), BodyCase(form: .bytes, length: 1),
            BodyCase(form: .bytes, length: 64 << 10), BodyCase(form: .bytes, length: 64 << 10 + 1),
            BodyCase(form: .bytes, length: 8_000_001), BodyCase(form: .stream, length: 0),
            BodyCase(form: .stream, length: 1), BodyCase(form: .stream, length: 3_000_001),
            BodyCase(form: .chunked, length: 0), BodyCase(form: .chunked, length: 1),
            BodyCase(form: .chunked, length: 3_000_001),
        ]

        func body() throws -> HTTPBody {
            let source = PatternSource(length: UInt64(length))
            switch form {
            case .none: return .none
            case .bytes: return .bytes(try source.allBytes())
            case .stream: return .stream(length: UInt64(length), source: source)
            case .chunked: return .stream(length: nil, source: source)
            }
        }
    }

    @Test("Methods without a body send none", arguments: ["GET", "DELETE", "HEAD", "OPTIONS"])
    func bodiless(method: String) async throws {
        let server = try TestServer.tcp { connection, _ in
            while let request = connection.readRequest() {
                let isBare = request.header("content-length") == nil && request.header("transfer-encoding") == nil
                // The length of what a GET would bring, which no body follows after HEAD.
                let text = answer(isBare ? 200 : 400, "five!")
                connection.write(request.line.hasPrefix("HEAD") ? String(text.dropLast(5)) : text)
            }
        }
        let client = try CurlClient(server.endpoint)
        for _ in 1...2 {
            let response = try await client.send(HTTPRequest(method: method, target: "/"))
            #expect(response.status == 200)
            #expect(response.body.count == (method == "HEAD" ? 0 : 5))
        }
        #expect(server.connections == 1)
    }

    @Test("Requests one after the other use one connection")
    func keepsConnection() async throws {
        let server = try TestServer.tcp(TestServer.answering { _ in answer(200, "x") })
        let client = try CurlClient(server.endpoint)
        for number in 1...50 {
            let body: HTTPBody = number.isMultiple(of: 2) ? .bytes([1]) : .none
            #expect(try await client.send(HTTPRequest(method: "POST", target: "/", body: body)).status == 200)
        }
        #expect(server.connections == 1)
    }

    @Test("A hundred requests at once are all answered, on no more connections than allowed")
    func manyAtOnce() async throws {
        let server = try TestServer.tcp(TestServer.answering { answer(200, $0.line) })
        let client = try CurlClient(server.endpoint, mostConnections: 5)
        let answers = try await withThrowingTaskGroup(of: (Int, HTTPResponse).self) { group in
            for number in 0..<100 {
                group.addTask { (number, try await client.send(HTTPRequest(method: "GET", target: "/\(number)"))) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = String(decoding: $1.1.body, as: UTF8.self) }
        }
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, "GET /\($0) HTTP/1.1") }))
        #expect((1...5).contains(server.connections))
    }

    @Test("A Unix socket serves as well as a port, and keeps its connection")
    func unixSocket() async throws {
        let path = NSTemporaryDirectory() + "curl-test-\(UInt64.random(in: 0...(.max))).sock"
        defer { unlink(path) }
        let server = try TestServer.unix(path: path, TestServer.answering { answer(200, $0.header("host") ?? "") })
        let client = try CurlClient(server.endpoint)
        for _ in 1...3 {
            let response = try await client.send(HTTPRequest(method: "POST", target: "/", body: .bytes([1])))
            #expect(String(decoding: response.body, as: UTF8.self) == "localhost")
        }
        #expect(server.connections == 1)
    }

    @Test(
        "Any status is a response, and a redirect is not followed", arguments: [204, 302, 304, 401, 404, 413, 500, 503])
    func anyStatus(status: Int) async throws {
        let hasBody = status != 204 && status != 304
        let server = try TestServer.tcp(
            TestServer.answering { _ in
                hasBody ? answer(status, "why", headers: ["Location: /other"]) : "HTTP/1.1 \(status) Whatever\r\n\r\n"
            })
        let response = try await CurlClient(server.endpoint).send(HTTPRequest(method: "GET", target: "/"))
        #expect(response.status == status)
        #expect(response.isSuccess == (status == 204))
        #expect(response.body == (hasBody ? Array("why".utf8) : []))
    }

    @Test("Interim responses and trailers are no part of the response")
    func interimAndTrailers() async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
            connection.write("HTTP/1.1 201 Created\r\nX-Final: 2\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.write("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 3\r\n\r\n")
        }
        let response = try await CurlClient(server.endpoint).send(HTTPRequest(method: "GET", target: "/"))
        #expect(response.status == 201)
        #expect(response.body == Array("abcde".utf8))
        #expect(response.header("x-final") == "2")
        #expect(response.header("x-early") == nil && response.header("x-trailer") == nil)
    }

    @Test("The thread of a client at rest does not wake up once, and ends with its client")
    func restsCompletely() async throws {
        let server = try TestServer.tcp(TestServer.answering { _ in answer() })
        let name = "rest-\(UInt32.random(in: 0...99999))"
        var client: CurlClient? = try CurlClient(server.endpoint, threadName: name)
        _ = try await client?.send(HTTPRequest(method: "GET", target: "/"))
        let thread = try #require(Self.thread(named: name))
        try await eventually { Self.state(of: thread) == "S" }
        let before = try #require(Self.switches(of: thread))
        try await Task.sleep(for: .milliseconds(1500))
        #expect(Self.switches(of: thread) == before)
        client = nil
        try await eventually { Self.thread(named: name) == nil }
    }

    private static func thread(named name: String) -> String? {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.first {
            (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == name + "\n"
        }
    }

    private static func state(of thread: String) -> Substring? {
        status(of: thread).first { $0.hasPrefix("State:") }?.split(whereSeparator: \.isWhitespace)[1]
    }

    private static func switches(of thread: String) -> [Substring]? {
        let lines = status(of: thread).filter { $0.contains("ctxt_switches") }
        return lines.isEmpty ? nil : lines
    }

    private static func status(of thread: String) -> [Substring] {
        ((try? String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8)) ?? "").split(
            separator: "\n")
    }
}
