// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `syncbox init`, as a person types it and as a script does.
    @Suite struct InitTests {
        @Test("Whoever answers wrongly is told what is wrong and asked again; what it writes is right, and mirrors")
        func typed() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                try await mirror.startServer()
                try await mirror.inSource("echo 1 > a")
                let etc = "\(mirror.directory)/etc"
                let ended = try await typing(
                    [
                        ("mirror: ", "source"), ("absolute path", "/no/such/place"), ("there is no", mirror.keyFile),
                        ("is no directory", mirror.source), ("client [source]: ", "a b"), ("must not have", "src"),
                        ("Server [", "ftp://x"), ("is no https://", "http://127.0.0.1:1"),
                        ("does not answer", "http://127.0.0.1:\(mirror.port)"), ("itself: ", "/no/key"),
                        ("can't be read", "syncbox_0123456789abcdef"), ("does not know this key", mirror.keyFile),
                        ("Share [src]: ", "other"), ("it is good for src", ""),
                    ], ["init", "--directory", etc], in: mirror)
                #expect(ended.exitCode == 0, "\(ended.output)")
                #expect(ended.output.contains("systemctl enable --now syncbox-client@src"))
                let modes = try await script("stat -c '%a %n' *", in: etc)
                #expect(modes == "644 src.conf\n600 src.key\n")
                #expect(try await script("cmp src.key '\(mirror.keyFile)'", in: etc) == "")
                let checked = try await run(Binaries.command, ["check-config", "\(etc)/src.conf"])
                #expect(checked.exitCode == 0, "\(checked.output)")
                // As the unit would start it.
                let written = try String(contentsOfFile: "\(etc)/src.conf", encoding: .utf8)
                try (written + "key-file = \(etc)/src.key\nstate-directory = \(mirror.clientState)\n").write(
                    toFile: mirror.clientConfiguration, atomically: true, encoding: .utf8)
                try mirror.launchClient(writingSettings: false)
                try await mirror.converges()
            }
        }

        @Test("Nothing is replaced, and nothing is written where an end is wrong")
        func refused() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                try await mirror.startServer()
                let etc = "\(mirror.directory)/etc"
                let right = [
                    "--source": mirror.source, "--server": "http://127.0.0.1:\(mirror.port)",
                    "--key-file": mirror.keyFile, "--share": "src", "--directory": etc,
                ]
                func initialize(_ changes: [String: String]) async throws -> Ended {
                    let options = right.merging(changes) { $1 }.flatMap { [$0.key, $0.value] }
                    return try await run(Binaries.command, ["init", "src"] + options)
                }
                for (changes, exitCode) in [
                    (["--source": "/no/such/place"], 66), (["--source": mirror.keyFile], 66),
                    (["--source": "relative"], 64), (["--server": "http://127.0.0.1:1"], 69),
                    (["--server": "https://"], 64), (["--key-file": "/no/such/key"], 66),
                    (["--key-file": mirror.serverConfiguration], 78), (["--share": "other"], 66),
                    (["--key-file": "syncbox_0123456789abcdef"], 77),
                ] as [([String: String], Int32)] {
                    let ended = try await initialize(changes)
                    #expect(ended.exitCode == exitCode, "\(changes): \(ended.errors)")
                    #expect(try await script("ls -A '\(etc)' 2>/dev/null || true", in: "/") == "")
                }
                #expect(try await initialize([:]).exitCode == 0)
                let again = try await initialize([:])
                #expect(again.exitCode == 73)
                #expect(again.errors.contains("src.conf is there already"))
            }
        }

        @Test("A key that may not write, or not delete, is found out before anything is written")
        func permissions() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                var sections = ""
                for permission in ["write", "delete"] {
                    let made = try await run(
                        Binaries.command,
                        [
                            "key", "new", permission, "--share", "src", "--permission", permission, "--output",
                            "\(mirror.directory)/\(permission).key",
                        ])
                    sections += "\n" + made.output
                }
                let known = try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8)
                try (known + sections).write(toFile: mirror.serverConfiguration, atomically: true, encoding: .utf8)
                try await mirror.startServer()
                for (key, lacks) in [("write", "delete"), ("delete", "write")] {
                    let ended = try await run(
                        Binaries.command,
                        [
                            "init", "--source", mirror.source, "--server", "http://127.0.0.1:\(mirror.port)",
                            "--key-file", "\(mirror.directory)/\(key).key", "--share", "src", "--directory",
                            "\(mirror.directory)/etc",
                        ])
                    #expect(ended.exitCode == 77)
                    #expect(ended.errors.contains("the key may not \(lacks)"), "\(ended.errors)")
                }
                #expect(try await script("ls", in: mirror.destination) == "")
            }
        }

        @Test(
            "A server with https is verified before anything is written",
            .enabled(if: FileManager.default.isExecutableFile(atPath: Certificates.program)))
        func authorities() async throws {
            try await withMirror { mirror in
                let made = try await Certificates(in: mirror.directory)
                mirror.serverTLS = made.server("good")
                try await mirror.makeKey()
                try await mirror.startServer()
                let etc = "\(mirror.directory)/etc"
                let ended = try await typing(
                    [
                        ("mirror: ", mirror.source), ("client [source]: ", ""),
                        ("Server [", "https://127.0.0.1:\(mirror.port)"), ("system's): ", ""),
                        ("does not answer", "\(made.directory)/other.pem"),
                        ("does not answer", "\(made.directory)/none.pem"),
                        ("is not there", "\(made.directory)/ca.pem"), ("itself: ", mirror.keyFile),
                        ("Share [src]: ", ""),
                    ], ["init", "--directory", etc], in: mirror)
                #expect(ended.exitCode == 0, "\(ended.output)")
                let checked = try await run(Binaries.command, ["check-config", "\(etc)/source.conf"])
                #expect(checked.exitCode == 0, "\(checked.output)")
                #expect(
                    try await script("tail -n 2 source.conf", in: etc) == "[tls]\nca-file = \(made.directory)/ca.pem\n")
            }
        }

        @Test("Where nobody can be asked, what is missing is named")
        func nobody() async throws {
            try await withMirror { mirror in
                let ended = try await run(Binaries.command, ["init", "--directory", "\(mirror.directory)/etc"])
                #expect(ended.exitCode == 64)
                #expect(ended.errors.contains("give --source"))
            }
        }
    }
}
