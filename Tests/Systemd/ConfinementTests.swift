// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// What the units take away from the daemons, looked up at the running processes.
    @Suite struct ConfinementTests {
        @Test("The server has no capability, the client only the one to read; neither can gain any")
        func capabilities() async throws {
            try await Mirror.withDaemons { mirror in
                for (unit, set) in [(mirror.server, "0000000000000000"), (mirror.client, "0000000000000004")] {
                    let status = try await mirror.box.run("cat /proc/\(unit.processID)/status")
                    for name in ["CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                        #expect(status.contains("\(name):\t\(set)\n"))
                    }
                    #expect(status.contains("NoNewPrivs:\t1\n"))
                    #expect(status.contains("Seccomp:\t2\n"))
                }
            }
        }

        @Test("A daemon can write its own directories and, the server, the destination; nothing else")
        func writable() async throws {
            try await Mirror.withDaemons { mirror in
                let own = [
                    (mirror.server, ["/var/lib/syncbox-server", "/run/syncbox-server", "/srv/mirror"]),
                    (mirror.client, ["/var/lib/syncbox-client/src", "/run/syncbox-client/src"]),
                ]
                for (unit, directories) in own {
                    for directory in directories {
                        try await mirror.box.run("\(Self.enter(try await unit.processID)) test -w \(directory)")
                    }
                    for directory in ["/etc", "/usr", "/var/lib", "/srv/src", "/srv", "/home", "/root"] {
                        let writes = "\(Self.enter(try await unit.processID)) touch \(directory)/.probe"
                        #expect(try await mirror.box.attempt(writes).exitCode != 0, "\(unit.name) writes \(directory)")
                    }
                }
            }
        }

        /// Runs the rest of a command line as root in the daemon's view of the file system.
        private static func enter(_ pid: Int) -> String { "nsenter -t \(pid) -m --" }

        @Test("The client mirrors what only root may read")
        func readsAll() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("umask 077; mkdir /srv/src/root; echo secret >/srv/src/root/only")
                try await mirror.converges()
            }
        }

        @Test("A set-group-ID bit is mirrored")
        func setGroupID() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("mkdir /srv/src/shared; chmod 2775 /srv/src/shared")
                try await mirror.converges()
                #expect(try await mirror.box.run("stat -c %a /srv/mirror/src/shared") == "2775\n")
            }
        }
    }
}
