// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Keys of a client that goes on running.
    @Suite struct KeyTests {
        @Test("A key is changed while both daemons run: two are good at once, and then the first one is not")
        func rotation() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a")
                try await mirror.start()
                try await mirror.converges()
                let new = "\(mirror.directory)/new.key"
                let made = try await key(mirror, ["new", "second", "--share", "src", "--output", new, "--add"])
                #expect(made.exitCode == 0, "\(made.errors)")
                try mirror.server.signal(SIGHUP)
                for file in [mirror.keyFile, new] { try await answers(mirror, file, 200) }

                try await script("cp \(mirror.keyFile) old.key; cp \(new) \(mirror.keyFile)", in: mirror.directory)
                let (client, server) = (try mirror.client.id, try mirror.server.id)
                try mirror.client.signal(SIGHUP)
                try await eventually("the client has reloaded") { try mirror.log("client").contains("reloaded") }
                #expect(try await key(mirror, ["revoke", "laptop"]).exitCode == 0)
                try mirror.server.signal(SIGHUP)
                try await answers(mirror, "\(mirror.directory)/old.key", 401)
                try await answers(mirror, new, 200)
                try await mirror.inSource("echo 2 > b; rm a")
                try await mirror.converges()
                #expect(try (mirror.client.id, mirror.server.id) == (client, server))
                #expect(try !mirror.log("client").contains("refuses the key"))
                #expect(try mirror.log("server").components(separatedBy: "the key is not known").count == 2)
            }
        }

        @Test(
            "A client whose key does not permit to delete is told of what stays, and nothing at the destination is lost"
        )
        func withoutDelete() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a; echo 2 > b; mkdir d; echo 3 > d/e")
                try await mirror.start()
                try await mirror.converges()
                try await script(
                    "sed -i 's/^permissions = .*/permissions = write/' server.conf", in: mirror.directory)
                try mirror.server.signal(SIGHUP)
                try await eventually("the server has reloaded") { try mirror.log("server").contains("reloaded") }
                try await mirror.inSource("rm a; echo 4 > b; rm -r d; echo 5 > new")
                try await mirror.tells { status in
                    status.problems.count == 3 && status.problems.allSatisfy { $0.kind == "forbidden" }
                }
                #expect(try await script("cat a b d/e new", in: mirror.destination) == "1\n2\n3\n5\n")

                // With keep-deleted the same is done, and all of it kept.
                try await script(
                    "sed -i 's/^path = .*/&\\nkeep-deleted = 1h\\nkeep-deleted-size = 1M/' server.conf",
                    in: mirror.directory)
                try mirror.server.signal(SIGHUP)
                try await mirror.command("rescan")
                try await mirror.converges()
                let kept = "cat .syncbox/trash/*-removed-held/{a,d/e} .syncbox/trash/*-replaced-held/b"
                #expect(try await script(kept, in: mirror.destination) == "1\n3\n2\n")
            }
        }

        private func key(_ mirror: Mirror, _ arguments: [String]) async throws -> Ended {
            try await run(Binaries.command, ["key"] + arguments + ["--config", mirror.serverConfiguration])
        }

        /// Waits until the server answers so to whoever has the key in `file`.
        private func answers(_ mirror: Mirror, _ file: String, _ status: Int) async throws {
            let secret = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").joined()
            try await eventually("\(file) is answered \(status)") {
                let asked = try await run(
                    "/usr/bin/curl",
                    [
                        "-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                        "Authorization: Bearer \(secret)", "http://127.0.0.1:\(mirror.port)/v1/shares/src",
                    ])
                return asked.output == "\(status)"
            }
        }
    }
}
