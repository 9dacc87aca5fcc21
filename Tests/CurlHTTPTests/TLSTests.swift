// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Testing

/// How servers under TLS are verified: against `openssl s_server`, an implementation that is not ours.
struct TLSTests {
    @Test("A server that speaks no TLS is a TLS error")
    func plainServer() async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            connection.write(answer(400))
        }
        guard case .tcp(_, let host, let port) = server.endpoint else { return }
        #expect(try await CurlClient(.tcp(.https, host: host, port: port)).failure().kind == .tls)
    }

    @Test(
        "A certificate that nobody vouches for is refused, and taken where its issuer is named",
        .enabled(if: FileManager.default.isExecutableFile(atPath: OpenSSLServer.program)))
    func verification() async throws {
        let server = try OpenSSLServer(name: "127.0.0.1")
        defer { server.stop() }
        let endpoint = Endpoint.tcp(.https, host: "127.0.0.1", port: server.port)
        #expect(try await Self.result(endpoint, tls: .init()) == .tls)
        #expect(try await Self.result(endpoint, tls: .init(authorities: server.certificate)) == nil)
        #expect(try await Self.result(endpoint, tls: .init(authorities: server.certificate + ".none")) == .tls)
    }

    @Test(
        "What is wrong is told apart",
        .enabled(if: FileManager.default.isExecutableFile(atPath: OpenSSLServer.program)),
        arguments: [
            ("-tls1_1 -cipher ALL:@SECLEVEL=0", CurlClient.TLS(), TLSFailure.oldProtocol),
            ("-tls1_2 -Verify 1", CurlClient.TLS(), .certificateWanted),
            ("-tls1_3 -Verify 1", CurlClient.TLS(), .certificateWanted),
            ("", CurlClient.TLS(pins: ["sha256//" + String(repeating: "A", count: 43) + "="]), .wrongPin),
            ("", CurlClient.TLS(identity: .init(certificate: "/none", key: "/none")), .ownFiles),
        ])
    func failures(options: String, tls: CurlClient.TLS, expected: TLSFailure) async throws {
        let server = try OpenSSLServer(name: "127.0.0.1", options: options)
        defer { server.stop() }
        var tls = tls
        tls.authorities = server.certificate
        let endpoint = Endpoint.tcp(.https, host: "127.0.0.1", port: server.port)
        #expect(try await Self.error(endpoint, tls: tls)?.tlsFailure == expected)
        #expect(try await Self.error(endpoint, tls: CurlClient.TLS())?.kind == .tls)
    }

    @Test(
        "A certificate for another name is refused",
        .enabled(if: FileManager.default.isExecutableFile(atPath: OpenSSLServer.program)))
    func otherName() async throws {
        let server = try OpenSSLServer(name: "127.0.0.2")
        defer { server.stop() }
        let endpoint = Endpoint.tcp(.https, host: "127.0.0.1", port: server.port)
        #expect(try await Self.result(endpoint, tls: .init(authorities: server.certificate)) == .tls)
        #expect(try await Self.error(endpoint, tls: .init(authorities: server.certificate))?.tlsFailure == .wrongName)
    }

    /// The kind of error; nil for a response.
    private static func result(_ endpoint: Endpoint, tls: CurlClient.TLS) async throws -> CurlError.Kind? {
        try await error(endpoint, tls: tls)?.kind
    }

    /// The error; nil for a response.
    private static func error(_ endpoint: Endpoint, tls: CurlClient.TLS) async throws -> CurlError? {
        do throws(CurlError) {
            let options = CurlClient.Options(userAgent: "test/1", timeouts: HTTPTimeouts(total: .seconds(20)), tls: tls)
            _ = try await CurlClient(base: endpoint, options: options).send(HTTPRequest(method: "GET", target: "/"))
            return nil
        } catch {
            return error
        }
    }
}

/// `openssl s_server -www` with a certificate that it has signed itself.
private struct OpenSSLServer {
    static let program = "/usr/bin/openssl"
    /// A file with the certificate, in PEM.
    let certificate: String
    let port: UInt16
    private let process: Process
    private let directory: String

    init(name: String, options: String = "") throws {
        directory = NSTemporaryDirectory() + "curl-test-\(UInt64.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        certificate = directory + "/certificate.pem"
        let key = directory + "/key.pem"
        let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=\(name)"
        try Self.start("\(request) -addext subjectAltName=IP:\(name) -keyout \(key) -out \(certificate)")
            .waitUntilExit()
        let output = Pipe()
        process = try Self.start(
            "s_server -www -accept 127.0.0.1:0 -key \(key) -cert \(certificate) \(options)", output: output)
        port = try Self.port(announcedIn: output)
    }

    private static func start(_ arguments: String, output: Pipe = Pipe()) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// It says `ACCEPT 127.0.0.1:40000` once it listens.
    private static func port(announcedIn output: Pipe) throws -> UInt16 {
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            text += String(decoding: data, as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
            if text.hasSuffix("\n"), let line {
                return try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
            }
            try #require(!data.isEmpty, "openssl ended before it listened: \(text)")
        }
    }

    func stop() {
        // Not SIGTERM: a child of Foundation's inherits the signal mask of whichever thread started it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
