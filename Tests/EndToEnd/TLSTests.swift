// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// The real daemons, and curl(1) and openssl(1), over TLS.
    @Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: Certificates.program))) struct TLSTests {
        @Test("Over TLS, with a pin and certificates on both sides, everything is mirrored, and kept files come back")
        func mirrored() async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                mirror.serverTLS = made.server("good", clientCA: "ca")
                let pins = "sha256//\(String(repeating: "A", count: 43))= \(try await made.pin(of: "good"))"
                mirror.settings.tls = made.client(pin: pins, identity: "client")
                try await mirror.inSource("echo 1 > a; head -c 3M /dev/urandom > large; mkdir d; echo 2 > d/b")
                try await mirror.makeKey()
                try mirror.changeServerSettings {
                    $0.replacing("permissions = write delete", with: "permissions = read write delete")
                        .replacing("[share:src]", with: "[share:src]\nkeep-deleted = 1h")
                }
                try await mirror.startServer()
                try await mirror.startClient()
                try await mirror.converges()
                #expect(try await mirror.command("status").output.contains("https://127.0.0.1:\(mirror.port)"))
                try await mirror.inSource("rm d/b")
                try await mirror.converges()
                let restored = try await run(
                    Binaries.command,
                    ["restore", "src", "d/b", "--config", mirror.clientConfiguration, "--key-file", mirror.keyFile])
                #expect(restored.exitCode == 0, "\(restored.errors)")
                #expect(try await mirror.inSource("cat d/b") == "2\n")
            }
        }

        /// What a server shows, what the client trusts, and what the status tells then.
        private static let refused:
            [(
                server: @Sendable (Certificates) -> String, client: @Sendable (Certificates) -> String, told: String
            )] = [
                ({ $0.server("expired") }, { $0.client() }, "the server's certificate has expired: renew it"),
                ({ $0.server("elsewhere") }, { $0.client() }, "certificate is for another name"),
                ({ $0.server("stranger") }, { $0.client() }, "no authority in ca-file"),
                ({ $0.server("good") }, { $0.client(trusting: "other") }, "no authority in ca-file"),
                (
                    { $0.server("good") }, { $0.client(pin: "sha256//\(String(repeating: "A", count: 43))=") },
                    "the server's key is not one that is pinned"
                ),
                ({ $0.server("good", clientCA: "ca") }, { $0.client() }, "set certificate and key in [tls]"),
                (
                    { $0.server("good", clientCA: "ca") }, { $0.client(identity: "foreigner") },
                    "made by an authority of its client-ca"
                ),
            ]

        @Test("What is wrong with a certificate is told with its remedy, and mended without the client's restart")
        func refusals() async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                try await mirror.inSource("echo 1 > a")
                for (server, client, told) in Self.refused {
                    mirror.serverTLS = server(made)
                    mirror.settings.tls = client(made)
                    try await mirror.makeKey()
                    let daemon = try mirror.launchServer()
                    try await mirror.startClient()
                    try await mirror.tells(told) { $0.link.contains(told) && $0.state == "waiting for the server" }
                    #expect(try await script("ls", in: mirror.destination).isEmpty, "\(told)")
                    try await mirror.client.end()
                    try await daemon.end()
                }
                // The last of them goes on as soon as the server takes its certificate.
                try await mirror.startClient()
                mirror.serverTLS = made.server("good", clientCA: "other")
                try await mirror.makeKey()
                try await mirror.client.end()
                try await mirror.startClient()
                try await mirror.startServer()
                try await mirror.converges()
            }
        }

        @Test("A client that writes https to a server without TLS is told so, and curl that speaks TLS 1.1 is refused")
        func protocols() async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                mirror.settings.tls = made.client()
                try await mirror.makeKey()
                let plain = try mirror.launchServer()
                try await mirror.startClient()
                try await mirror.tells { $0.link.contains("what answers there speaks no TLS") }
                try await plain.end()

                mirror.serverTLS = made.server("good")
                try await mirror.makeKey()
                try await mirror.client.end()
                try await mirror.startClient()
                try await mirror.startServer()
                try await mirror.converges()
                for (options, isTaken) in [
                    (["--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"], false), (["--tls-max", "1.2"], true),
                    (["--tlsv1.3"], true), (["--cacert", "\(made.directory)/other.pem"], false),
                ] {
                    let asked = try await mirror.curl("/healthz", ["--cacert", "\(made.directory)/ca.pem"] + options)
                    #expect((asked.exitCode == 0) == isTaken, "\(options): \(asked.errors)")
                }
                let old = try await run(
                    "/usr/bin/env",
                    [
                        "openssl", "s_client", "-connect", "127.0.0.1:\(mirror.port)", "-tls1_1", "-cipher",
                        "ALL:@SECLEVEL=0",
                    ])
                #expect(old.exitCode != 0 && old.errors.contains("protocol version"))
                #expect(try await mirror.curl("/healthz", ["--http1.1"], scheme: "http").exitCode != 0)
                try await eventually("the journal tells it") {
                    try mirror.serverLog().contains("TLS can't be agreed on: unsupported protocol")
                }
            }
        }

        @Test(
            "A reload shows new connections the new certificate, and cuts no transfer; a broken one is told and not taken"
        )
        func reload() async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                try await script("cp good.pem shown.pem; cp good.key shown.key", in: made.directory)
                mirror.serverTLS = made.server("shown")
                mirror.settings.tls = made.client()
                try await mirror.makeKey()
                try await mirror.startServer()
                try await mirror.startClient()
                try await mirror.converges()
                try await script("head -c 6M /dev/urandom > big", in: mirror.directory)
                let arguments = try mirror.curlArguments(
                    "/v1/shares/src/files/big",
                    ["--cacert", "\(made.directory)/ca.pem", "--limit-rate", "2M", "-T", "\(mirror.directory)/big"])
                let upload = Task { try await run("/usr/bin/curl", arguments) }
                try await eventually("the upload is under way") {
                    try await script("find .syncbox -size +200k", in: mirror.destination).contains("syncbox")
                }
                try await script("cp next.pem shown.pem; cp next.key shown.key", in: made.directory)
                try mirror.server.signal(SIGHUP)
                try await eventually("the new certificate is shown") { try await mirror.shownName() == "next" }
                let ended = try await upload.value
                #expect(ended.exitCode == 0 && ended.output.hasPrefix("201"), "\(ended.output) \(ended.errors)")
                #expect(try await script("cmp destination/big big", in: mirror.directory).isEmpty)

                for (change, told) in [
                    ("cp good.key shown.key", "key = \(made.directory)/shown.key: is not the key of the certificate"),
                    ("cp nonsense.pem shown.pem", "certificate = \(made.directory)/shown.pem: holds no certificate"),
                    ("rm shown.pem", "certificate = \(made.directory)/shown.pem: is not there"),
                    ("cp locked.key shown.key", "key = \(made.directory)/shown.key: is under a passphrase"),
                ] {
                    try await script(change, in: made.directory)
                    try mirror.server.signal(SIGHUP)
                    try await eventually(told) { try mirror.serverLog().contains(told) }
                    #expect(try mirror.serverLog().contains("not reloaded, everything stays as it was"))
                    #expect(try await mirror.shownName() == "next")
                }
                let checked = try await run(Binaries.command, ["check-config", mirror.serverConfiguration])
                #expect(checked.exitCode == 78 && checked.output.contains("[tls] key = "))
                try await mirror.server.end()
                #expect(try await mirror.launchServer().ended() == 78)
            }
        }
    }
}

extension Mirror {
    /// Asks the server by curl(1) with the client's key: the status is the output's end.
    fileprivate func curl(_ target: String, _ options: [String], scheme: String = "https") async throws -> Ended {
        try await run("/usr/bin/curl", curlArguments(target, options, scheme: scheme))
    }

    fileprivate func curlArguments(
        _ target: String, _ options: [String], scheme: String = "https"
    ) throws -> [String] {
        let key = try String(contentsOfFile: keyFile, encoding: .utf8).split(separator: "\n").joined()
        let all = [
            "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer \(key)",
        ]
        return all + options + ["\(scheme)://127.0.0.1:\(port)\(target)"]
    }

    /// The common name in the certificate that a new connection is shown.
    fileprivate func shownName() async throws -> String {
        try await script(
            """
            openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null | openssl x509 -noout -subject \
                | sed 's/.*CN = //'
            """, in: directory
        ).split(separator: "\n").joined()
    }

    /// What the server has logged so far.
    fileprivate func serverLog() throws -> String {
        try String(contentsOfFile: "\(directory)/server.log", encoding: .utf8)
    }

    /// Rewrites the server's settings.
    fileprivate func changeServerSettings(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: serverConfiguration, encoding: .utf8)
        try change(text).write(toFile: serverConfiguration, atomically: true, encoding: .utf8)
    }
}
