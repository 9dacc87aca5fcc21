// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// What the manager does when a daemon hangs, dies, refuses or is told to stop.
    @Suite struct SupervisionTests {
        @Test(
            "A daemon that hangs is killed by the watchdog and started anew, and mirrors on",
            arguments: ["server", "client"])
        func hang(side: String) async throws {
            try await Mirror.withDaemons { mirror in
                let unit = side == "server" ? mirror.server : mirror.client
                try await unit.override("[Service]\nWatchdogSec=2\nRestartSec=100ms")
                try await mirror.box.run("systemctl restart '\(unit.name)'")
                let first = try await unit.processID
                // Alive for longer than the interval: the pings come.
                try await eventually("it has been alive for three intervals") {
                    let pid = try await unit.processID
                    #expect(pid == first)
                    let age = try await mirror.box.run("ps -o etimes= -p \(pid)")
                    return Int(age.filter(\.isNumber)) ?? 0 >= 6
                }
                try await mirror.box.run("kill -STOP \(first)")
                try await eventually("another process runs") {
                    let pid = try await unit.processID
                    return pid != first && pid != 0
                }
                try await eventually("it is ready") { try await unit.state == "active" }
                #expect(try await unit.hasLogged("Watchdog timeout"))
                #expect(try await unit.property("NRestarts") == "1")
                try await mirror.box.run("echo again >/srv/src/again")
                try await mirror.converges()
            }
        }

        @Test("A daemon that is killed is started anew, and mirrors on", arguments: ["server", "client"])
        func kill(side: String) async throws {
            try await Mirror.withDaemons { mirror in
                let unit = side == "server" ? mirror.server : mirror.client
                let first = try await unit.processID
                try await mirror.box.run("kill -KILL \(first)")
                try await eventually("another process is ready") {
                    let (pid, state) = try await (unit.processID, unit.state)
                    return pid != first && state == "active"
                }
                try await mirror.box.run("echo again >/srv/src/again")
                try await mirror.converges()
            }
        }

        @Test("Mistakes in the settings are each in the journal; the daemon ends with 78 and is not started anew")
        func mistakes() async throws {
            try await Mirror.withPackages { mirror in
                try await mirror.setUp()
                try await mirror.box.run(
                    "printf '[server]\\nlisten = 0.0.0.0:1\\ncolour = red\\n' >/etc/syncbox/server.conf")
                let started = try await mirror.box.attempt("systemctl start syncbox-server")
                #expect(started.exitCode != 0)
                #expect(try await mirror.server.state == "failed")
                #expect(try await mirror.server.property("ExecMainStatus") == "78")
                #expect(try await mirror.server.property("NRestarts") == "0")
                let told = try await mirror.server.journal("PRIORITY=2").compactMap { $0["MESSAGE"] }
                #expect(told.count == 2)
                #expect(told.contains { $0.contains("server.conf:2") && $0.contains("0.0.0.0:1") })
                #expect(told.contains { $0.contains("server.conf:3") && $0.contains("colour") })
            }
        }

        @Test(
            "A share that the unit may not write is refused with what to do about it, and is not tried again and again")
        func unwritable() async throws {
            try await Mirror.withPackages { mirror in
                try await mirror.setUp()
                try await mirror.box.run(
                    """
                    install -d -o syncbox-server -g syncbox-server /data/mirror
                    sed -i 's#^path = .*#path = /data/mirror#' /etc/syncbox/server.conf
                    """)
                #expect(try await mirror.box.attempt("systemctl start syncbox-server").exitCode != 0)
                #expect(try await mirror.server.hasLogged("ReadWritePaths="))
                #expect(try await mirror.server.property("NRestarts") == "0")
                try await mirror.server.override("[Service]\nReadWritePaths=/data/mirror")
                try await mirror.box.run("systemctl start syncbox-server")
            }
        }

        @Test("Without its key a client is not started, and says which file it wants")
        func noKey() async throws {
            try await Mirror.withPackages { mirror in
                try await mirror.setUp()
                try await mirror.box.run("rm /etc/syncbox/client/src.key")
                #expect(try await mirror.box.attempt("systemctl start syncbox-client@src").exitCode != 0)
                #expect(try await mirror.client.state != "active")
                #expect(try await mirror.client.hasLogged("there is no key file /etc/syncbox/client/src.key"))
                #expect(try await mirror.client.property("ExecMainStatus") == "78")
            }
        }

        @Test("A stop is orderly: it succeeds, leaves no socket, and loses nothing that was mirrored")
        func stop() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("cd /srv/src; for i in $(seq 500); do echo $i >file$i; done")
                try await mirror.converges()
                try await mirror.box.run("systemctl stop syncbox-client@src syncbox-server")
                for unit in [mirror.client, mirror.server] {
                    #expect(try await unit.property("Result") == "success")
                    #expect(try await unit.property("ExecMainStatus") == "0")
                }
                let left = try await mirror.box.run(
                    "ls -d /run/syncbox-server /run/syncbox-client/src 2>/dev/null || true")
                #expect(left.isEmpty)
                try await mirror.converges()
            }
        }
    }
}
