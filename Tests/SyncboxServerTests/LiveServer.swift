// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// A server that listens on a Unix socket, with one share and a key that permits everything, whose secret is `secret`.
/// Its answers are checked for `Secrets`, whoever asks.
struct LiveServer: Sendable {
    /// Where its share and all else lies. Beside the share stands `outside`, of which it must tell and change nothing.
    let directory: URL
    let socket: String
    let server: Server

    var secrets: Secrets { Secrets(of: directory) }
    var destination: String { directory.appending(path: "destination").path }
    var outside: String { directory.appending(path: "outside").path }

    /// Runs `body` with a server of its own, on a thread that it may block: the pool is the server's.
    static func with(
        limits: ConnectionLimits = .standard, keep: KeepBounds? = nil,
        _ body: @concurrent (TemporaryShare, LiveServer) async throws -> Void
    ) async throws {
        let temporary = try TemporaryShare(keep: keep)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Server(
            shares: [temporary.share], keys: ["k": TemporaryShare.caller().key],
            threads: try FileThreads(count: Server.threadCount, name: "test"), logger: logger)
        let live = LiveServer(
            directory: temporary.directory, socket: temporary.directory.appending(path: "s").path, server: server)
        let (listening, listens) = AsyncStream.makeStream(of: Void.self)
        let service = ServerService(server: server, places: [.own(.unix(path: live.socket))], limits: limits) {
            listens.finish()
        }
        let running = Task { try await service.run() }
        for await _ in listening {}
        let blocking = try FileThreads(count: 1, name: "asks")
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await withTaskExecutorPreference(blocking) { try await body(temporary, live) })
        } catch {
            result = .failure(error)
        }
        running.cancel()
        _ = await running.result
        try result.get()
    }

    /// What curl(1) prints when it asks for `target` below the share, exactly as it is written.
    func curl(_ target: String, _ arguments: [String] = []) throws -> String {
        let usual = [
            "--silent", "--show-error", "--path-as-is", "--globoff", "--unix-socket", socket, "-H", "Expect:", "-H",
            "Authorization: Bearer secret",
        ]
        let url = "http://localhost/v1/shares/src" + target
        let answer = try Self.run("/usr/bin/curl", usual + arguments + [url])
        secrets.check(Array(answer.utf8), to: target)
        return answer
    }

    /// The status of curl's answer, whose head and body are checked; 0 where there is none.
    func status(_ target: String, _ arguments: [String] = []) throws -> Int {
        let answer = try curl(target, ["-i", "-w", "\n%{http_code}", "--max-time", "60"] + arguments)
        return answer.split(separator: "\n").last.flatMap { Int($0) } ?? 0
    }

    /// All that the server answers to these bytes until it closes the connection, or has nothing to say any more.
    func exchange(_ bytes: [UInt8]) throws -> String {
        let connection = try RawConnection(to: socket)
        connection.send(bytes)
        connection.endSending()
        let answer = connection.receiveAll()
        secrets.check(answer, to: PrintableBytes.text(bytes.prefix(200)))
        return String(decoding: answer, as: UTF8.self)
    }

    /// A request's bytes: its method, its target below the share as it is, and its body.
    static func request(_ method: String, _ target: [UInt8], body: [UInt8] = []) -> [UInt8] {
        Array("\(method) /v1/shares/src".utf8) + target
            + Array(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer secret\r\n".utf8)
            + Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    /// What a program prints, whether or not it fails.
    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    /// What bash(1) prints, run in the directory of everything.
    @discardableResult
    func script(_ text: String) throws -> String {
        try Self.run("/bin/bash", ["-euc", "cd '\(directory.path)'\n\(text)"])
    }

    /// Makes what lies outside of the share.
    func makeOutside() throws {
        try script(
            """
            mkdir -p outside/d
            echo linked >outside/linked
            echo \(Secrets.marker) >outside/secret; echo \(Secrets.marker) >outside/d/x; mkfifo outside/fifo
            ln -s secret outside/link; chmod 0640 outside/secret
            """)
    }

    /// All that is outside, byte by byte, as find(1) and sha256sum(1) tell.
    func outsideLines() throws -> String {
        try script(
            """
            find outside state -name '*.sqlite*' -o -name linked -printf '%p %y %i %m %U %G %s %T@\\n' -o -printf '%p %y %i %n %m %U %G %s %T@ %C@ %l\\n' | LC_ALL=C sort
            find outside -type f -print0 | sort -z | xargs -0 sha256sum
            """)
    }
}
