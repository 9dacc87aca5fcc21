// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

@Suite struct CheckConfigCommandTests {
    private let directory: String

    init() throws {
        directory = try temporaryDirectory()
    }

    @Test("Right files are told to be so, whichever daemon they are for")
    func right() async throws {
        defer { clean() }
        let server = try write("server.conf", "[server]\n[share:src]\npath = /srv/mirror/src\n")
        let client = try write("src.conf", "[client]\nsource = /srv/src\nserver = http://127.0.0.1:8730\nshare = src\n")
        let ended = try await runSyncbox("check-config", server, client)
        #expect(ended.exitCode == 0)
        #expect(ended.output == "\(server): OK\n\(client): OK\n")
        #expect(ended.errors.isEmpty)
    }

    @Test("Every mistake of every file is told on a line of its own, drop-ins included")
    func wrong() async throws {
        defer { clean() }
        let server = try write("server.conf", "[server]\nlog-level = loud\n[share:src]\n")
        try FileManager.default.createDirectory(atPath: server + ".d", withIntermediateDirectories: true)
        let dropIn = try write("server.conf.d/more.conf", "[server]\nlisten = 0.0.0.0:1\n")
        let right = try write("right.conf", "[server]\n")
        let other = try write("other.conf", "[main]\n")
        let ended = try await runSyncbox("check-config", server, right, other, "\(directory)/missing.conf")
        #expect(ended.exitCode == ExitCode.configuration.rawValue)
        #expect(ended.errors.isEmpty)
        let expected: [String] = [
            "\(server):2: [server] log-level = loud: is not known; "
                + "write trace, debug, info, notice, warning, error or critical",
            "\(server):3: [share:src] path: is not set; write for example path = /srv/mirror/src",
            "\(dropIn):2: [server] listen = 0.0.0.0:1: is not a loopback address, and plain text must not leave the "
                + "machine (TLS isn't configured); set up [tls], or listen on 127.0.0.1, [::1] or a Unix socket, behind a "
                + "tunnel or a proxy",
            "\(right): OK",
            "\(other): is neither a server's nor a client's settings; start with [server] or [client]",
            "\(directory)/missing.conf: is not there; create it, or name another",
        ]
        #expect(ended.output == expected.joined(separator: "\n") + "\n")
    }

    @Test("Certificates that are missing or none are told at the line that names them, on either side")
    func certificates() async throws {
        defer { clean() }
        let nonsense = try write("nonsense.pem", "nonsense\n")
        let server = try write(
            "server.conf", "[server]\n[tls]\ncertificate = \(directory)/none.pem\nkey = \(nonsense)\nclient-ca = /\n")
        let client = try write(
            "src.conf",
            "[client]\nsource = /srv/src\nserver = https://example.org:1\nshare = src\n[tls]\nca-file = \(nonsense)\n")
        let ended = try await runSyncbox("check-config", server, client)
        #expect(ended.exitCode == ExitCode.configuration.rawValue)
        let expected = [
            "\(server):3: [tls] certificate = \(directory)/none.pem: is not there; create it, or name another file",
            "\(server):4: [tls] key = \(nonsense): holds no private key; name a file in PEM, with a line "
                + "-----BEGIN PRIVATE KEY-----",
            "\(server):5: [tls] client-ca = /: is a directory; name the file in it",
            "\(client):6: [tls] ca-file = \(nonsense): holds no certificate; name a file in PEM, with a line "
                + "-----BEGIN CERTIFICATE-----",
        ]
        #expect(ended.output == expected.joined(separator: "\n") + "\n")
    }

    @Test(
        "Without a file those of the machine are checked, and where there are none that is told",
        .enabled(if: !FileManager.default.fileExists(atPath: "/etc/syncbox")))
    func none() async throws {
        defer { clean() }
        let ended = try await runSyncbox("check-config")
        #expect(ended.exitCode == ExitCode.noInput.rawValue)
        #expect(ended.errors.contains("there are no settings in /etc/syncbox"))
    }

    private func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
        return "\(directory)/\(name)"
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
