// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `syncbox wait`, and what the server knows of how far it is.
    @Suite struct WaitTests {
        @Test("It returns when everything written just before is there, and not sooner")
        func manyFiles() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource("mkdir -p a/b; for i in {1..5000}; do echo $i > a/b/$i; done; mv a c")
                let ended = try await mirror.command("wait", "--timeout", "2min")
                #expect(ended.exitCode == 0, "\(ended.errors)")
                #expect(ended.output.isEmpty && ended.errors.isEmpty)
                #expect(try await Trees.difference(mirror.source, mirror.destination) == "")
            }
        }

        @Test("Right after each of many changes, what was done is there")
        func again() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource("mkdir d")
                for round in 1...20 {
                    try await mirror.inSource(
                        """
                        echo \(round) > d/x; mkdir -p n\(round)/m; mv d e; mv e d; echo y > n\(round)/m/y
                        rm -rf n\(round - 1)
                        """)
                    let ended = try await mirror.command("wait")
                    #expect(ended.exitCode == 0, "\(ended.errors)")
                    let difference = try await Trees.difference(mirror.source, mirror.destination)
                    #expect(difference == "", "round \(round)")
                }
            }
        }

        @Test("It does not wait for what is done after it, however much that is")
        func busy() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource("echo 1 > first")
                let writing = mirror.beginInSource(
                    """
                    for i in {1..1500}; do
                        mkdir -p d$((i % 7))/e; echo $i > d$((i % 7))/$i; echo $i > same; sleep 0.002
                    done
                    """)
                let ended = try await mirror.command("wait", "--timeout", "20s")
                #expect(ended.exitCode == 0, "\(ended.errors)")
                #expect(try await script("cat first", in: mirror.destination) == "1\n")
                _ = try await writing.value
                try await mirror.converges()
            }
        }

        @Test("While the server is away it ends with the time that it was given")
        func serverAway() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                try await mirror.server.end()
                try await mirror.inSource("echo 1 > a")
                let started = ContinuousClock.now
                let ended = try await mirror.command("wait", "--timeout", "1s")
                #expect(ended.exitCode == 75)
                #expect(ended.errors.contains("not everything arrived within 1s"))
                #expect(ended.errors.contains("link: "))
                #expect(started.duration(to: .now) < .seconds(10))
                try await mirror.startServer()
                #expect(try await mirror.command("wait").exitCode == 0)
                #expect(try await script("cat a", in: mirror.destination) == "1\n")
            }
        }

        @Test("When the client ends meanwhile it ends, too")
        func clientEnds() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.server.end()
                try await mirror.inSource("echo 1 > a")
                let waiting = mirror.beginCommand("wait", "--timeout", "1h")
                try await Task.sleep(for: .milliseconds(500))
                #expect(try await mirror.client.end() == 0)
                #expect(try await waiting.value.exitCode != 0)
            }
        }

        @Test("A problem is told, and not waited for", .enabled(if: getuid() == 0))
        func problem() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                // The destination takes no entry of this name.
                try await mirror.inSource("mkdir .syncbox; echo 1 > a")
                #expect(try await mirror.command("wait").exitCode == 0)
                try await script("mkdir foreign; echo x > foreign/x", in: mirror.destination)
                try await mirror.inSource("mkdir foreign; echo 1 > foreign/y")
                #expect(try await mirror.command("wait").exitCode == 0)
                try await mirror.inSource("rm -r foreign")
                let ended = try await mirror.command("wait")
                #expect(ended.exitCode == 65)
                #expect(ended.errors.contains("1 problems, as foreign"))
            }
        }

        @Test("The server knows up to when it is fresh, also while nothing happens, and after a restart")
        func freshness() async throws {
            try await withMirror { mirror in
                let before = Date().timeIntervalSince1970
                try await mirror.start()
                try await mirror.inSource("echo 1 > a")
                try await mirror.converges()
                func instant() async throws -> Double? {
                    try await mirror.serverStatus()?.shares.first?.description.fresh.flatMap { Double($0.instant) }
                }
                try await eventually("the server is told") { try await instant().map { $0 > before } ?? false }
                #expect(try await mirror.clientStatus()?.fresh ?? 0 > Int(before) - 1)
                let told = try #require(try await instant())
                try await mirror.server.end()
                try await mirror.startServer()
                #expect(try await instant() ?? 0 >= told)
            }
        }
    }
}
