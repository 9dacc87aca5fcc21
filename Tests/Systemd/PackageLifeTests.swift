// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// Upgrade, remove, purge.
    @Suite struct PackageLifeTests {
        @Test("An upgrade restarts what runs and nothing else, and keeps settings and state")
        func upgrade() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("echo 1 >/srv/src/before")
                try await mirror.converges()
                let first = try await (mirror.server.processID, mirror.client.processID)
                try await mirror.box.run("systemctl stop syncbox-client@src; cp -a /etc/syncbox /srv/settings")
                try await mirror.box.run(Self.newer + "dpkg -i /srv/newer/*.deb")
                try await eventually("the server is another process, and ready") {
                    let (pid, state) = try await (mirror.server.processID, mirror.server.state)
                    return pid != first.0 && state == "active"
                }
                #expect(try await mirror.client.state == "inactive")
                try await mirror.box.run("diff -r /srv/settings /etc/syncbox; systemctl start syncbox-client@src")
                try await mirror.box.run(
                    "dpkg -i /srv/newer/syncbox-client*.deb; rm /srv/src/before; echo 2 >/srv/src/after")
                try await eventually("the client is another process, and ready") {
                    let (pid, state) = try await (mirror.client.processID, mirror.client.state)
                    return pid != first.1 && state == "active"
                }
                try await mirror.converges()
            }
        }

        /// Makes packages of a later version from those under test.
        private static let newer = """
            mkdir /srv/newer
            for old in /srv/packages/*.deb; do
                dpkg-deb -R $old /srv/work
                sed -i 's/^Version: .*/&+later/; s/ (= \\(.*\\))/ (= \\1+later)/' /srv/work/DEBIAN/control
                dpkg-deb -Znone -b /srv/work /srv/newer/
                rm -r /srv/work
            done

            """

        @Test("Removing stops the daemons and keeps settings, keys and state; installing again goes on where it was")
        func remove() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("echo 1 >/srv/src/file")
                try await mirror.converges()
                try await mirror.box.run("dpkg -r syncbox-server syncbox-client syncbox")
                #expect(try await mirror.box.attempt("pgrep -f /usr/bin/syncbox").exitCode == 1)
                try await mirror.box.run(
                    """
                    cd /etc/syncbox; test -s server.conf -a -s client/src.conf -a -s client/src.key
                    ls /var/lib/syncbox-server/* /var/lib/syncbox-client/src/*
                    dpkg -i /srv/packages/*.deb
                    systemctl start syncbox-server syncbox-client@src
                    echo 2 >/srv/src/file
                    """)
                try await mirror.converges()
            }
        }

        @Test("Purging removes settings, keys, state and links, but nothing that was mirrored")
        func purge() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("systemctl enable syncbox-server syncbox-client@src; echo 1 >/srv/src/file")
                try await mirror.converges()
                try await mirror.box.run("dpkg -P syncbox-server syncbox-client syncbox")
                let left = try await mirror.box.run(
                    "find /etc /usr /var/lib -path /var/lib/dpkg -prune -o -name '*syncbox*' -print")
                #expect(left.isEmpty)
                #expect(try await mirror.box.run("cat /srv/mirror/src/file /srv/src/file") == "1\n1\n")
                #expect(try await mirror.box.run("stat -c %U /srv/mirror/src") == "syncbox-server\n")
            }
        }
    }
}
