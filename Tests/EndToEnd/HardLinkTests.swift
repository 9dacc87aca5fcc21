// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `preserve = hard-links`: what is one file under several names at the source is one at the destination.
    @Suite struct HardLinkTests {
        private static let entries = """
            mkdir -p d/e; echo 1 > d/a; ln d/a b; ln d/a d/e/c; echo 2 > alone; head -c 1M /dev/urandom > large
            ln large d/large; ln large z
            """

        private func withLinks(_ preserve: String = "hard-links", _ body: (Mirror) async throws -> Void) async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = preserve
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.converges()
                try await body(mirror)
            }
        }

        @Test("Several names of a file are sent once, and are one file; a name that comes later joins them")
        func names() async throws {
            try await withLinks { mirror in
                #expect(try #require(try await mirror.clientStatus()?.bytesSent) < (1 << 20) + 4096)
                try await mirror.inSource("ln d/a a0; ln large d/e/new; ln alone not-alone; mkdir n; ln z n/z")
                try await mirror.converges()
                #expect(try #require(try await mirror.clientStatus()?.bytesSent) < (1 << 20) + 8192)
            }
        }

        @Test("Content that changes in place reaches every name, by whichever it is written")
        func inPlace() async throws {
            try await withLinks { mirror in
                for name in ["b", "d/e/c", "d/a"] {
                    try await mirror.inSource("echo more >> \(name)")
                    try await mirror.converges()
                }
                try await mirror.inSource("echo more >> z; chmod 0600 b; touch -d @77 d/e/c")
                try await mirror.converges()
                try await mirror.inSource("chmod 0640 large; echo 3 >> alone; ln alone x; echo 4 >> x; echo 5 >> alone")
                try await mirror.converges()
            }
        }

        @Test(
            "Where names are not mirrored as one file, what is written by one comes to all of them",
            arguments: ["", "owner"])
        func apart(preserve: String) async throws {
            try await withLinks(preserve) { mirror in
                for name in ["b", "d/e/c", "d/a", "z"] {
                    try await mirror.inSource("echo more >> \(name)")
                    try await mirror.converges()
                }
                try await mirror.inSource("echo last >> b; rm b; echo last >> d/large; mv d/large d/e/c")
                try await mirror.converges()
            }
        }

        @Test("A name that is replaced leaves the others alone, also by the same content")
        func replaced() async throws {
            try await withLinks { mirror in
                try await mirror.inSource("echo new > t; mv t b; cp large u; mv u d/large; touch -d @5 d/large")
                try await mirror.converges()
                try await mirror.inSource("cp -p d/a t; mv t d/a; chmod 0700 d/a; ln -f b alone")
                try await mirror.converges()
            }
        }

        @Test("Names are removed, renamed and moved with their directories, and the rest stays one file")
        func removed() async throws {
            try await withLinks { mirror in
                try await mirror.inSource("rm b; mv z y; mv d/e f")
                try await mirror.converges()
                try await mirror.inSource("rm d/a; ln f/c g; mv d h; rm large")
                try await mirror.converges()
                try await mirror.inSource("rm -r f; echo 9 >> g; mv y large; mv -f g h/a; ln h/large h/larger")
                try await mirror.converges()
            }
        }

        @Test(
            "What changed meanwhile is found after a restart of either, and when the option is set later or taken away")
        func restart() async throws {
            try await withLinks("") { mirror in
                for (preserve, change) in [
                    ("hard-links", ":"), ("hard-links", "echo 1 >> b; ln large l2; rm d/large; ln alone o"),
                    ("", "chmod 0600 d/a; echo 2 >> large"), ("hard-links", "cp -p b t; mv t b; ln d/a t2"),
                ] {
                    _ = try await mirror.client.end(by: SIGTERM)
                    _ = try await mirror.server.end(by: SIGKILL)
                    try await mirror.inSource(change)
                    mirror.settings.preserve = preserve
                    try await mirror.startServer()
                    try await mirror.startClient()
                    try await mirror.converges()
                    #expect(try await mirror.clientStatus()?.problemCount == 0)
                }
            }
        }

        @Test("Together with owners and attributes", .enabled(if: getuid() == 0))
        func everything() async throws {
            try await withLinks("owner xattrs hard-links") { mirror in
                try await mirror.inSource(
                    "chown 1001 b; setfattr -n user.a -v 1 d/a; setfacl -m u:7:r large; chgrp 5 z")
                try await mirror.converges()
                try await mirror.inSource("ln large more; setfattr -x user.a d/e/c; chown 9 d/e/c; echo 2 >> more")
                try await mirror.converges()
            }
        }

        @Test("Names whose owner the server may not set are problems, and rest as such", .enabled(if: getuid() == 0))
        func incomplete() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "owner hard-links"
                mirror.serverPrefix = ["/usr/bin/setpriv", "--bounding-set=-chown", "--inh-caps=-chown"]
                try await mirror.inSource("echo 1 > a; ln a b; chown 1001 a")
                try await mirror.start()
                try await mirror.tells { $0.problemCount == 2 && $0.pending == 0 && $0.inFlight == 0 }
                #expect(try #require(try await mirror.clientStatus()?.batches) < 40)
                #expect(try await script("cat a b", in: mirror.destination) == "1\n1\n")
            }
        }

        @Test(
            "Where the destination makes no hard links, copies are sent",
            .enabled("strace(1) works") { try await canTrace() })
        func copies() async throws {
            try await withMirror { mirror in
                // `-D`: the process that is started becomes the server.
                mirror.serverPrefix = [
                    "/usr/bin/strace", "-D", "-fqq", "-o", "/dev/null", "-e", "inject=linkat:error=EMLINK",
                ]
                mirror.settings.preserve = "hard-links"
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                mirror.settings.preserve = ""
                try await mirror.converges()
                try await mirror.inSource("echo 1 >> b; echo 2 >> large")
                // A name that no event tells of is looked at when the source is compared.
                try mirror.client.signal(SIGHUP)
                try await mirror.converges()
            }
        }

        @Test("A random life of many names ends equal", arguments: 1...6)
        func random(seed: Int) async throws {
            try await withLinks { mirror in
                for round in 1...4 {
                    try await mirror.inSource(
                        """
                        RANDOM=\(seed * 100 + round); mkdir -p p q r
                        pick() { local all=({p,q,r}/[0-9]*); echo "${all[RANDOM % ${#all[@]}]}"; }
                        for i in {1..40}; do
                            new=$(printf '%s/%d' "$(printf 'p\nq\nr\n' | sed -n $((RANDOM % 3 + 1))p)" $((RANDOM % 30)))
                            case $((RANDOM % 7)) in
                                0) echo $RANDOM > $new ;;
                                1 | 2) ln -f "$(pick)" $new 2> /dev/null || true ;;
                                3) rm -f "$(pick)" ;;
                                4) mv -f "$(pick)" $new 2> /dev/null || true ;;
                                5) f=$(pick); [[ ! -e $f ]] || echo $RANDOM >> "$f" ;;
                                6) f=$(pick); [[ ! -e $f ]] || chmod 0$((RANDOM % 8 + 600)) "$f" ;;
                            esac
                        done
                        """)
                    // What was written by a name that nobody has seen shows when the source is compared.
                    try mirror.client.signal(SIGHUP)
                    try await mirror.converges()
                }
            }
        }
    }
}

/// Whether programs may be traced here, and their calls be made to fail.
private func canTrace() async throws -> Bool {
    let options = ["-fqq", "-o", "/dev/null", "-e", "inject=linkat:error=EMLINK", "/bin/true"]
    return try await run("/usr/bin/strace", options).exitCode == 0
}
