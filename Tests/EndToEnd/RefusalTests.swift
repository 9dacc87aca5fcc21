// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// What is wrong is told, and nothing is lost.
    @Suite struct RefusalTests {
        @Test("A key that the server does not know is told, until the server learns it")
        func wrongKey() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a")
                try await mirror.makeKey()
                try await mirror.startServer()
                let known = try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8)
                try await mirror.makeKey()
                try await mirror.startClient()
                try await mirror.tells { $0.link.contains("key") }
                #expect(try mirror.clientLog().contains("the server refuses the key"))
                #expect(try await script("ls", in: mirror.destination).isEmpty)
                #expect(try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8) != known)
                try mirror.server.signal(SIGHUP)
                try await mirror.converges()
            }
        }

        @Test("A share that the server does not have is told")
        func unknownShare() async throws {
            try await withMirror { mirror in
                mirror.settings.share = "other"
                try await mirror.inSource("echo 1 > a")
                try await mirror.start()
                try await mirror.tells { $0.link.contains("other") }
                #expect(try mirror.client.isRunning)
            }
        }

        @Test("A server that is down is told, and waited for")
        func noServer() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                try await mirror.startClient()
                try await mirror.inSource("echo 1 > a")
                try await mirror.tells { $0.state == "waiting for the server" }
                try await mirror.startServer()
                try await mirror.converges()
            }
        }

        @Test("Without its source a client ends with 66, and says why")
        func missingSource() async throws {
            try await withMirror { mirror in
                try await mirror.makeKey()
                try FileManager.default.removeItem(atPath: mirror.source)
                let client = try mirror.launchClient()
                #expect(try await client.ended() == 66)
                #expect(try mirror.clientLog().contains("the source \(mirror.source) does not exist"))
            }
        }

        @Test("A source that goes away ends the client with 66, and nothing is deleted")
        func sourceMovedAway() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a")
                try await mirror.start()
                try await mirror.converges()
                try await script("mv source elsewhere; mkdir source", in: mirror.directory)
                #expect(try await mirror.client.ended() == 66)
                #expect(try await script("cat a", in: mirror.destination) == "1\n")
            }
        }

        @Test(
            "What the client may not read is a problem until it may, and everything else is mirrored",
            .enabled(if: getuid() == 0))
        func unreadable() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(
                    "mkdir d; echo 1 > a; echo 2 > secret; echo 3 > d/e; chmod 0600 secret; chmod 0700 d")
                try await Self.giveUpRoot(mirror)
                try await mirror.startServer()
                try await mirror.startClient()
                try await mirror.tells { Set($0.problems.map(\.path)).isSuperset(of: ["secret", "d"]) }
                #expect(try await script("cat a", in: mirror.destination) == "1\n")
                try await mirror.inSource("chmod 0644 secret; chmod 0755 d")
                try await mirror.converges()
                try await mirror.tells { $0.problemCount == 0 }
            }
        }

        @Test(
            "A directory that can't be read when the client starts keeps what it has at the destination",
            .enabled(if: getuid() == 0))
        func unreadableAtStart() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("mkdir d; for i in {1..100}; do echo $i > d/$i; done; echo 1 > gone")
                try await Self.giveUpRoot(mirror)
                try await mirror.startServer()
                try await mirror.startClient()
                try await mirror.converges()
                try await mirror.client.end()
                try await mirror.inSource("chmod 0700 d; rm gone; echo 2 > new")
                try await mirror.startClient()
                try await mirror.tells { $0.problems.map(\.path).contains("d") }
                try await eventually("everything else is mirrored") {
                    try await script("ls", in: mirror.destination) == "d\nnew\n"
                }
                #expect(try await script("ls d | wc -l", in: mirror.destination) == "100\n")
                try await mirror.inSource("chmod 0755 d; rm d/1")
                try await mirror.converges()
                try await mirror.tells { $0.problemCount == 0 }
            }
        }

        /// Makes a key, and lets the client run as a user that may read only what everybody may.
        private static func giveUpRoot(_ mirror: Mirror) async throws {
            // A copy, since the place of the build may be closed to others.
            try await script(
                """
                cp \(Binaries.client) client-binary; chmod 0755 client-binary
                mkdir client; chown 65534 client
                """, in: mirror.directory)
            try await mirror.makeKey()
            try await script("chown 65534 \(mirror.keyFile)", in: mirror.directory)
            mirror.clientBinary = "\(mirror.directory)/client-binary"
            mirror.clientPrefix = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        }

        @Test(
            "A full destination is told, and filled further when there is room",
            .enabled("a file system can be mounted") { try await canMount() })
        func full() async throws {
            try await withMirror { mirror in
                try await mount(mirror.destination)
                try await mirror.inSource("head -c 1M /dev/urandom > first")
                try await mirror.start()
                try await mirror.converges()
                try await script("head -c 13M /dev/zero > filler", in: mirror.destination)
                try await mirror.inSource("head -c 3M /dev/urandom > second; head -c 100K /dev/urandom > third")
                try await mirror.tells { $0.link.contains("full") }
                try await script("rm filler", in: mirror.destination)
                try await mirror.converges()
                try await script("umount --lazy destination", in: mirror.directory)
            }
        }

        @Test("What is no batch, and a path that leads out, are refused, and the server goes on")
        func badRequests() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a")
                try await mirror.start()
                try await mirror.converges()
                let share = "/v1/shares/src"
                let garbage = [
                    "--data-binary", "@\(Binaries.command)", "-H", "Content-Type: application/vnd.syncbox.v1",
                ]
                for (target, options) in [
                    ("\(share)/batches", garbage), ("\(share)/batches", ["--data-binary", ""]),
                    ("\(share)/files/../../../etc/x", ["-T", mirror.keyFile]),
                    ("\(share)/files/%2e%2e/x", ["-T", mirror.keyFile]),
                    ("\(share)/files/a%2f..%2f..%2fx", ["-T", mirror.keyFile]),
                    ("\(share)/files//etc/x", ["-T", mirror.keyFile]),
                ] {
                    let answer = try await mirror.ask(target, options)
                    #expect(answer == "400 application/problem+json", "\(target)")
                }
                #expect(try await script("ls -A | grep -v .syncbox", in: mirror.destination) == "a\n")
                try await mirror.inSource("echo 2 > b")
                try await mirror.converges()
            }
        }
    }
}

extension Mirror {
    /// Asks the server by curl(1), as somebody with the client's key: the status and the media type of the answer.
    fileprivate func ask(_ target: String, _ options: [String]) async throws -> String {
        let key = try String(contentsOfFile: keyFile, encoding: .utf8).split(separator: "\n").joined()
        let all = [
            "-s", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code} %{content_type}", "-H",
            "Authorization: Bearer \(key)",
        ]
        return try await run("/usr/bin/curl", all + options + ["http://127.0.0.1:\(port)\(target)"]).output
    }
}

/// Mounts a file system of 16 MB on `directory`.
private func mount(_ directory: String) async throws {
    let ended = try await run("/bin/mount", ["-t", "tmpfs", "-o", "size=16m,mode=0755", "none", directory])
    try #require(ended.exitCode == 0, "\(ended.errors)")
}

/// Whether this user may mount file systems here; a container may forbid it to root, too.
func canMount() async throws -> Bool {
    try await run("/usr/bin/unshare", ["--mount", "/bin/mount", "-t", "tmpfs", "none", "/mnt"]).exitCode == 0
}
