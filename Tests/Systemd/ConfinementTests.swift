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

        @Test(
            "Owners and programs' capabilities take the drop-in that the manual names, and are told as problems without it"
        )
        func owners() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run(
                    """
                    mkdir -p /etc/syncbox/client/src.conf.d
                    printf '[client]\\npreserve = owner xattrs\\n' >/etc/syncbox/client/src.conf.d/preserve.conf
                    systemctl restart syncbox-client@src
                    cd /srv/src; mkdir d; echo 1 >d/a; echo 2 >b; ln -s b l; cp /bin/true program
                    chown 1001:1002 d d/a; chmod 0600 d/a; chown 1003:1004 b; chmod 6755 b; chown -h 1005:1006 l
                    \(Self.makeCapable) program
                    """)
                try await eventually("each path is a problem") {
                    try await mirror.box.run("syncbox status src").contains("AmbientCapabilities=")
                }
                try await mirror.box.run("cmp /srv/src/b /srv/mirror/src/b")

                let lines = try await mirror.box.run(
                    "zcat /usr/share/man/man8/syncbox-server.8.gz | grep -E '^(AmbientCapabilities|CapabilityBoundingSet|SystemCallFilter)='"
                )
                #expect(lines.split(separator: "\n").count == 3)
                try await mirror.server.override("[Service]\n\(lines)")
                try await mirror.box.run("systemctl restart syncbox-server; syncbox rescan src")
                try await eventually("owners and capabilities are the same") {
                    try await mirror.box.attempt(Self.compareOwners).exitCode == 0
                }
                try await mirror.converges()
                // These five, and no other: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETFCAP.
                let status = try await mirror.box.run("cat /proc/\(mirror.server.processID)/status")
                for name in ["CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                    #expect(status.contains("\(name):\t000000008000001b\n"))
                }
            }
        }

        /// Gives a program a capability, as setcap(8) does.
        private static let makeCapable = """
            python3 -c 'import os, struct, sys
            os.setxattr(sys.argv[1], "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))'
            """

        private static let compareOwners = """
            list() {
                cd "$1" && find . -mindepth 1 -name .syncbox -prune -o -mindepth 1 -printf '%U %G %m %P\\n' | sort
                python3 -c 'import os; print(os.getxattr("program", "security.capability"))'
            }
            diff <(list /srv/src) <(list /srv/mirror/src)
            """

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
