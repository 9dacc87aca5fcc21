// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// `systemctl reload`.
    @Suite struct ReloadTests {
        @Test("A reload applies new settings to the running daemon", arguments: ["server", "client"])
        func applies(side: String) async throws {
            try await Mirror.withDaemons { mirror in
                let (unit, file) =
                    side == "server"
                    ? (mirror.server, "/etc/syncbox/server.conf.d") : (mirror.client, "/etc/syncbox/client/src.conf.d")
                let first = try await unit.processID
                try await mirror.box.run(
                    """
                    mkdir \(file); printf '[\(side)]\\nlog-level = debug\\n' >\(file)/level.conf
                    systemctl reload '\(unit.name)'
                    """)
                try await eventually("it says so") { try await unit.hasLogged("reloaded the settings") }
                try await mirror.box.run("echo new >/srv/src/new")
                try await mirror.converges()
                try await eventually("it logs what it did not before") {
                    try await !unit.journal("PRIORITY=7").isEmpty
                }
                #expect(try await unit.processID == first)
                #expect(try await unit.state == "active")
            }
        }

        @Test("A reload with mistakes changes nothing, and tells them with the explanation of the catalog")
        func refused() async throws {
            try await Mirror.withDaemons { mirror in
                let first = try await mirror.server.processID
                try await mirror.box.run(
                    "echo 'colour = red' >>/etc/syncbox/server.conf; systemctl reload syncbox-server")
                try await eventually("it says so") { try await mirror.server.hasLogged("colour") }
                let explained = try await mirror.box.run("journalctl -x -u syncbox-server")
                #expect(explained.contains("Subject: New settings were refused by syncbox-server"))
                #expect(try await mirror.server.processID == first)
                try await mirror.box.run("echo new >/srv/src/new")
                try await mirror.converges()
            }
        }

        @Test("A key that is withdrawn lets nobody in after the reload")
        func withdrawn() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.converges()
                try await mirror.box.run(
                    "sed -i '/^\\[key:/,$d' /etc/syncbox/server.conf; systemctl reload syncbox-server")
                try await eventually("it says so") { try await mirror.server.hasLogged("reloaded the settings") }
                try await mirror.box.run("echo new >/srv/src/new")
                try await eventually("the client tells that it is not let in") {
                    try await mirror.box.run("syncbox status src").contains("key")
                }
                #expect(try await mirror.box.attempt("test -e /srv/mirror/src/new").exitCode != 0)
            }
        }
    }
}
