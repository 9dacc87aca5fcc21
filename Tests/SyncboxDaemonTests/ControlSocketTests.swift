// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import HTTPTypes
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import Synchronization
import Testing

@Suite("ControlSocket")
struct ControlSocketTests {
    private struct Status: Codable, Equatable {
        var share: String
        var confirmed: Int
    }

    private struct Unreadable: Error {}

    private let log = Recorder<String>()
    private let directory: TemporaryDirectory
    private var path: String { directory.place.appending(path: "control.sock").path }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Runs a control socket with some routes while `work` talks to it.
    private func withControlSocket(_ work: () async throws -> Void) async throws {
        let isListening = Mutex(false)
        var control = try ControlSocket(path: path, logger: log.logger) { isListening.withLock { $0 = true } }
        control.get("status") { Status(share: "src", confirmed: 3) }
        control.post("rescan") { ["rescanned": true] }
        control.post("wait") { (order: Status) in order }
        control.get("broken") { () throws -> Status in throw Unreadable() }
        control.post("refused") { () throws -> Status in throw ProblemDetails(.conflict, detail: "nothing is held") }
        let group = ServiceGroup(configuration: .init(services: [control], logger: log.logger))
        async let running: Void = group.run()
        try await eventually { isListening.withLock { $0 } }
        try await work()
        await group.triggerGracefulShutdown()
        try await running
    }

    /// What curl gets: the status, the content type, the body. No thread of the pool is held, where the answer is made.
    private func curl(
        _ method: String, _ route: String, _ body: String? = nil
    ) async throws -> (status: Int, type: String, body: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = [
            "-s", "-S", "-m", "10", "-X", method, "--unix-socket", path, "-w", "\n%{http_code} %{content_type}",
            "http://localhost\(route)",
        ]
        if let body { process.arguments? += ["--data-binary", body] }
        let output = Pipe()
        process.standardOutput = output
        try await withCheckedThrowingContinuation { (exit: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in exit.resume() }
            do { try process.run() } catch { exit.resume(throwing: error) }
        }
        let data = try #require(try output.fileHandleForReading.readToEnd())
        let end = try #require(data.lastIndex(of: UInt8(ascii: "\n")))
        let told = String(decoding: data[(end + 1)...], as: UTF8.self).split(separator: " ", maxSplits: 1)
        return (try #require(Int(told[0])), told.count > 1 ? String(told[1]) : "", data[..<end])
    }

    @Test("A question is answered in JSON")
    func get() async throws {
        try await withControlSocket {
            let answer = try await curl("GET", "/v1/status")
            #expect(answer.status == 200)
            #expect(answer.type == "application/json")
            #expect(String(decoding: answer.body, as: UTF8.self) == #"{"confirmed":3,"share":"src"}"#)
            let posted = try await curl("POST", "/v1/rescan")
            #expect(posted.status == 200)
            #expect(String(decoding: posted.body, as: UTF8.self) == #"{"rescanned":true}"#)
        }
    }

    @Test(
        "What is asked for stands in the body; one that says nothing of use is refused",
        arguments: [
            (#"{"share":"x","confirmed":7}"#, 200), (#"{"share":"x"}"#, 400), ("", 400), ("nonsense", 400),
            (#"{"share":""# + String(repeating: "x", count: ControlSocket.longestRequest) + #"","confirmed":7}"#, 413),
        ])
    func body(body: String, status: Int) async throws {
        try await withControlSocket {
            let answer = try await curl("POST", "/v1/wait", body)
            #expect(answer.status == status)
            guard status == 200 else { return }
            #expect(String(decoding: answer.body, as: UTF8.self) == #"{"confirmed":7,"share":"x"}"#)
        }
    }

    @Test(
        "An error is a problem by RFC 9457",
        arguments: [
            ("GET", "/v1/nothing", 404, #"{"status":404,"title":"Not Found","type":"about:blank"}"#),
            ("GET", "/", 404, #"{"status":404,"title":"Not Found","type":"about:blank"}"#),
            ("GET", "/v1/rescan", 404, #"{"status":404,"title":"Not Found","type":"about:blank"}"#),
            (
                "POST", "/v1/refused", 409,
                #"{"detail":"nothing is held","status":409,"title":"Conflict","type":"about:blank"}"#
            ),
            (
                "GET", "/v1/broken", 500,
                #"{"detail":"the reason is in the daemon's log","status":500,"title":"Internal Server Error","#
                    + #""type":"about:blank"}"#
            ),
        ])
    func problem(method: String, route: String, status: Int, body: String) async throws {
        try await withControlSocket {
            let answer = try await curl(method, route)
            #expect(answer.status == status)
            #expect(answer.type == "application/problem+json")
            #expect(String(decoding: answer.body, as: UTF8.self) == body)
        }
        if status == 500 { #expect(log.elements.contains { $0 == "error GET /v1/broken failed: Unreadable()" }) }
    }

    @Test("Owner and group may connect, others may not; the socket goes when the daemon stops")
    func mode() async throws {
        try await withControlSocket {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A second daemon is refused and leaves the first one's socket alone")
    func second() async throws {
        try await withControlSocket {
            let error = #expect(throws: FatalError.self) { try ControlSocket(path: path, logger: log.logger) {} }
            #expect(error?.exitCode == .unavailable)
            let answer = try await curl("GET", "/v1/status")
            #expect(answer.status == 200)
        }
        try await withControlSocket {
            let answer = try await curl("GET", "/v1/status")
            #expect(answer.status == 200)
        }
    }

    @Test("A socket that a killed daemon left behind is replaced")
    func leftBehind() async throws {
        let leftover = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(leftover, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        close(leftover)
        try await withControlSocket {
            let answer = try await curl("GET", "/v1/status")
            #expect(answer.status == 200)
        }
    }

    @Test(
        "A path that cannot be a socket is told as what it is",
        arguments: [
            ("/tmp/" + String(repeating: "x", count: 100) + "/control.sock", ExitCode.configuration),
            ("/nowhere/control.sock", .cannotCreate),
        ])
    func unusable(path: String, code: ExitCode) {
        let error = #expect(throws: FatalError.self) { try ControlSocket(path: path, logger: log.logger) {} }
        #expect(error?.exitCode == code)
    }
}
