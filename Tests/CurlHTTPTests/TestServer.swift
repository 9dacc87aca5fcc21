// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Synchronization

/// A server on plain sockets, each connection on a thread of its own, that does to its clients what a test tells it to:
/// also what no proper server would.
final class TestServer: Sendable {
    /// Where it listens.
    let endpoint: Endpoint
    private let listener: Int32
    private let accepted = Atomic(0)

    /// How many connections were accepted so far.
    var connections: Int { accepted.load(ordering: .sequentiallyConsistent) }

    /// Listens on a free port of the loopback interface and runs `serve` for each connection, with its number from 1.
    static func tcp(_ serve: @escaping @Sendable (Connection, Int) -> Void) throws -> TestServer {
        let (listener, address) = try listenOnLoopback(backlog: 128)
        return TestServer(endpoint: endpoint(of: address), listener: listener, serve: serve)
    }

    /// A port whose queue of connections is full: the kernel drops every further attempt (listen(2)). The sockets that
    /// make it so are the caller's to close.
    static func neverAccepting() throws -> (endpoint: Endpoint, sockets: [Int32]) {
        var (listener, address) = try listenOnLoopback(backlog: 0)
        let clients = (1...4).map { _ in
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withSockaddr(&address) { connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            return client
        }
        return (endpoint(of: address), [listener] + clients)
    }

    private static func listenOnLoopback(backlog: Int32) throws -> (listener: Int32, address: sockaddr_in) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let listener = try listen(family: AF_INET, address: &address, backlog: backlog)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withSockaddr(&address) { getsockname(listener, $0, &length) }
        return (listener, address)
    }

    private static func endpoint(of address: sockaddr_in) -> Endpoint {
        .tcp(.http, host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    }

    /// Listens on a Unix socket at `path`.
    static func unix(path: String, _ serve: @escaping @Sendable (Connection, Int) -> Void) throws -> TestServer {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let listener = try listen(family: AF_UNIX, address: &address, backlog: 128)
        return TestServer(endpoint: .unix(path: path), listener: listener, serve: serve)
    }

    private static func listen<Address>(family: Int32, address: inout Address, backlog: Int32) throws -> Int32 {
        _ = Self.hostileEnvironment
        let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        let size = socklen_t(MemoryLayout<Address>.size)
        guard withSockaddr(&address, { bind(listener, $0, size) }) == 0, Glibc.listen(listener, backlog) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        return listener
    }

    private static func withSockaddr<Address, Result>(
        _ address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    /// Every test runs with a proxy in its environment that refuses all: a client that heeded it would reach nobody.
    private static let hostileEnvironment: Void = {
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
            setenv(name, "http://127.0.0.1:1", 1)
        }
        signal(SIGPIPE, SIG_IGN)
    }()

    private init(endpoint: Endpoint, listener: Int32, serve: @escaping @Sendable (Connection, Int) -> Void) {
        self.endpoint = endpoint
        self.listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0, let self else { break }
                let number = self.accepted.add(1, ordering: .sequentiallyConsistent).newValue
                Thread.detachNewThread {
                    let connection = Connection(socket)
                    serve(connection, number)
                    connection.close()
                }
            }
            close(listener)
        }
    }

    deinit {
        // Ends the accept(2) that the thread waits in.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Answers every request of a connection until the client closes it.
    static func answering(
        _ answer: @escaping @Sendable (ReceivedRequest) -> String
    ) -> @Sendable (Connection, Int) -> Void {
        { connection, _ in
            while let request = connection.readRequest() { connection.write(answer(request)) }
        }
    }
}

/// A request as the server saw it.
struct ReceivedRequest: Sendable {
    /// The first line.
    var line = ""
    /// The fields, names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// An answer with status, fields and a body with its length.
func answer(_ status: Int = 200, _ body: String = "", headers: [String] = []) -> String {
    let fields = headers + ["Content-Length: \(body.utf8.count)"]
    return "HTTP/1.1 \(status) Whatever\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + body
}
