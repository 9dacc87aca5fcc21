// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import SyncboxCore
import Testing

@testable import SyncboxServer

/// Each limit of a connection, exceeded on a real one, and the answer that the documentation promises.
@Suite("Limits of connections", .serialized) struct ConnectionLimitTests {
    private static let start = "PUT /v1/shares/src/files/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"

    /// Limits that a test needn't wait for.
    private static func limits(_ change: (inout ConnectionLimits) -> Void) -> ConnectionLimits {
        var limits = ConnectionLimits()
        change(&limits)
        return limits
    }

    /// The status of what has been answered, which is a problem document; nil for anything else.
    private func problem(_ answer: [UInt8]) throws -> Int? {
        let text = String(decoding: answer, as: UTF8.self)
        guard let start = text.firstRange(of: "{"), text.contains("application/problem+json") else { return nil }
        let fields = try JSONSerialization.jsonObject(with: Data(text[start.lowerBound...].utf8)) as? [String: Any]
        #expect(text.hasPrefix("HTTP/1.1 \(fields?["status"] as? Int ?? 0) "))
        return fields?["status"] as? Int
    }

    @Test("A head that trickles is answered with 408, on a new connection and on one that is kept")
    func slowHead() async throws {
        try await LiveServer.with(limits: Self.limits { $0.head = .milliseconds(400) }) { _, live in
            for first in ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"] {
                let connection = try RawConnection(to: live.socket)
                connection.send(first)
                if !first.isEmpty { #expect(String(decoding: connection.receive(), as: UTF8.self).contains(" 200 ")) }
                // A byte at a time, for as long as the server takes them.
                let deadline = ContinuousClock.now + .seconds(60)
                connection.send("GET /healthz HTTP/1.1\r\nX: ")
                while !connection.canReceive(within: 20), ContinuousClock.now < deadline { connection.send("y") }
                #expect(try problem(connection.receiveAll()) == 408)
            }
        }
    }

    @Test(
        "A body that trickles is answered with 408, and is no file",
        arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    func slowBody(length: String) async throws {
        try await LiveServer.with(limits: Self.limits { $0.body = .milliseconds(400) }) { temporary, live in
            let connection = try RawConnection(to: live.socket)
            connection.send(Self.start + "\(length)\r\n\r\n")
            let deadline = ContinuousClock.now + .seconds(60)
            while !connection.canReceive(within: 20), ContinuousClock.now < deadline {
                connection.send(length.hasPrefix("C") ? "x" : "1\r\nx\r\n")
            }
            #expect(try problem(connection.receiveAll()) == 408)
            #expect(try live.status("/files/x") == 404)
            #expect(try temporary.diskLines().isEmpty)
        }
    }

    @Test("A body that gets on is taken, however long it takes")
    func steadyBody() async throws {
        let limits = Self.limits { ($0.body, $0.bodyProgress) = (.seconds(2), 10) }
        try await LiveServer.with(limits: limits) { _, live in
            let connection = try RawConnection(to: live.socket)
            connection.send(Self.start + "Connection: close\r\nContent-Length: 3000\r\n\r\n")
            for _ in 0..<300 {
                connection.send("0123456789")
                _ = connection.canReceive(within: 10)
            }
            #expect(String(decoding: connection.receiveAll(), as: UTF8.self).hasPrefix("HTTP/1.1 201 "))
        }
    }

    @Test("A connection that rests too long is closed without a word")
    func idle() async throws {
        try await LiveServer.with(limits: Self.limits { $0.idle = .milliseconds(300) }) { _, live in
            let connection = try RawConnection(to: live.socket)
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(String(decoding: connection.receiveAll(), as: UTF8.self).split(separator: "HTTP/1.1").count == 1)
        }
    }

    @Test("Whoever takes no byte of an answer is cut off")
    func slowReader() async throws {
        try await LiveServer.with(limits: Self.limits { $0.answer = .milliseconds(300) }) { _, live in
            try live.script("truncate -s 30M big")
            #expect(try live.status("/files/big", ["-T", live.directory.appending(path: "big").path]) == 201)
            let connection = try RawConnection(to: live.socket)
            connection.send(
                "GET /v1/shares/src/files/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n\r\n")
            // What was on its way when it was cut off is less than the file.
            try await eventually("the connection is closed") { !connection.send("x") }
            #expect(connection.receiveAll().count < 20_000_000)
        }
    }

    @Test("Targets, fields and heads that are too long are answered with 414 and 431")
    func longHeads() async throws {
        try await LiveServer.with { _, live in
            let most = ConnectionLimits.standard
            func x(_ count: Int) -> String { String(repeating: "x", count: count) }
            let field = "X: \(x(1000))\r\n"
            let cases: [(target: String, fields: String, status: Int)] = [
                ("/v1/shares/" + x(ConnectionLimits.longestTarget), "", 414),
                ("/v1/shares/" + x(2 * most.headLength), "", 414),
                ("/healthz", "X: \(x(most.headLength))\r\n", 431),
                ("/healthz", String(repeating: field, count: 1 + most.headLength / 1000), 431),
                ("/healthz", (0...most.fields).map { "X\($0): y\r\n" }.joined(), 431),
                ("/healthz", "no colon\r\n", 400),
            ]
            for (target, fields, status) in cases {
                let connection = try RawConnection(to: live.socket)
                connection.send("GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(fields)\r\n")
                let told = try problem(connection.receiveAll())
                #expect(told == status, "\(target.count) bytes of target, \(fields.count) of fields")
            }
        }
    }

    @Test("With as many connections as there may be, the longest at rest is closed for a new one")
    func connections() async throws {
        try await LiveServer.with(limits: Self.limits { $0.connections = 8 }) { _, live in
            // Some have said nothing, some have been answered and are kept.
            let resting = try (0..<8).map { number in
                let connection = try RawConnection(to: live.socket)
                if number % 2 == 0 {
                    connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(String(decoding: connection.receive(), as: UTF8.self).contains(" 200 "))
                }
                return connection
            }
            for _ in 0..<20 { #expect(try live.status("") == 200) }
            #expect(resting.contains { $0.canReceive(within: 5000) }, "none was closed")
        }
    }

    @Test("Where each connection has a request under way, a new one is answered with 503, until one has room")
    func busyConnections() async throws {
        try await LiveServer.with(limits: Self.limits { $0.connections = 4 }) { _, live in
            var busy = try (0..<4).map { _ in
                let connection = try RawConnection(to: live.socket)
                connection.send(Self.start + "Content-Length: 10\r\n\r\n12345")
                return connection
            }
            try await eventually("the server is full") { try live.status("") == 503 }
            let connection = try RawConnection(to: live.socket)
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try problem(connection.receiveAll()) == 503)
            busy.removeLast()
            try await eventually("there is room again") { try live.status("") == 200 }
        }
    }

    @Test("What follows on an answer is read up to a limit, then the connection is closed")
    func leftover() async throws {
        try await LiveServer.with(limits: Self.limits { $0.leftover = 100_000 }) { _, live in
            let connection = try RawConnection(to: live.socket)
            connection.send("PUT /v1/shares/src/files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
            let piece = [UInt8](repeating: 0x78, count: 10_000)
            var sent = 0
            while connection.send(piece), sent < 100_000_000 { sent += piece.count }
            #expect(sent < 50_000_000)
        }
    }
}
