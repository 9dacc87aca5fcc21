// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `preserve = owner`, which takes a server that may give files away.
    @Suite(.enabled(if: getuid() == 0)) struct OwnerTests {
        private static let entries = """
            mkdir -p d/e; echo 1 > d/a; echo 2 > b; ln -s b l; head -c 300K /dev/urandom > large; chmod 4755 b
            chown 1001:1002 d d/a; chown 1003 b; chgrp 1004 large; chown -h 1005:1006 l; chmod 6755 b; chmod 2755 d
            """

        @Test("Owners are mirrored, and change, and move along")
        func owners() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "owner"
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.converges()
                try await mirror.inSource(
                    """
                    chown 2001 b; chmod 4755 b; chown -h 2002 l; chgrp 2003 d; mv d/a d/e/c; echo 3 >> d/e/c; chown 5 large
                    mv l k; mkdir n; chown 77:78 n; touch n/x
                    """)
                try await mirror.converges()
            }
        }

        @Test("The option can be set later, which sends no content, and taken away again")
        func later() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.converges()
                for preserve in ["owner", "", "owner"] {
                    _ = try await mirror.client.end(by: SIGTERM)
                    mirror.settings.preserve = preserve
                    try await mirror.startClient()
                    try await mirror.converges()
                    #expect(try await mirror.clientStatus()?.bytesSent == 0)
                    #expect(try await mirror.clientStatus()?.problemCount == 0)
                }
                try await mirror.inSource("mv d f; chown 9 b")
                try await mirror.converges()
            }
        }

        @Test(
            "A server that may not is a problem of each path; content is mirrored, and a restart with the right mends it"
        )
        func mayNot() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "owner"
                mirror.serverPrefix = ["/usr/bin/setpriv", "--bounding-set=-chown", "--inh-caps=-chown"]
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.tells { $0.problemCount == 5 }
                let difference = try await Trees.difference(mirror.source, mirror.destination)
                #expect(difference == "")
                let problem = try await mirror.clientStatus()?.problems.first
                #expect(problem?.kind == "permission")
                #expect(problem?.text.contains("AmbientCapabilities=CAP_CHOWN") ?? false)
                let sent = try await mirror.clientStatus()?.bytesSent

                _ = try await mirror.server.end(by: SIGTERM)
                mirror.serverPrefix = []
                try await mirror.startServer()
                try mirror.client.signal(SIGHUP)
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.problemCount == 0)
                #expect(try await mirror.clientStatus()?.bytesSent == sent)
            }
        }
    }
}
