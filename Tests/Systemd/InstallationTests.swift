// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension BootedSystemd {
    /// From `dpkg -i` to the first mirrored file.
    @Suite struct InstallationTests {
        @Test("Installing starts and enables nothing, makes two locked users, and leaves settings that are right")
        func install() async throws {
            try await Mirror.withPackages { mirror in
                for unit in [mirror.server, mirror.client] {
                    #expect(try await unit.state == "inactive")
                    let enabled = try await mirror.box.attempt("systemctl is-enabled '\(unit.name)'")
                    #expect(enabled.output == "disabled\n")
                }
                for user in ["syncbox-server", "syncbox-client"] {
                    let entry = try await mirror.box.run("getent passwd \(user); getent shadow \(user)")
                    #expect(entry.contains("nologin"))
                    #expect(entry.contains("\(user):!"))
                }
                try await mirror.box.run("syncbox check-config /etc/syncbox/server.conf")
                #expect(
                    try await mirror.box.run("dpkg-query -W -f '${Conffiles}' syncbox-server").contains("server.conf"))
            }
        }

        @Test("Units, manual pages and programs are found where the units say, and the manager has no objection")
        func verify() async throws {
            try await Mirror.withPackages { mirror in
                let verified = try await mirror.box.attempt(
                    "systemd-analyze verify syncbox-server.service syncbox-client@src.service 2>&1 | grep -i syncbox")
                #expect(verified.output.isEmpty)
                for program in ["syncbox", "syncbox-server", "syncbox-client"] {
                    let version = try await mirror.box.run(
                        "\(program) --version; dpkg-query -W -f '${Version}' \(program)")
                    let words = version.split(whereSeparator: { $0.isWhitespace })
                    #expect(words.count == 3)
                    #expect(words[words.count - 2] == words.last)
                }
            }
        }

        @Test(
            "Each package has a bill of what its program consists of: every library that it loads, and what is linked")
        func bill() async throws {
            try await Mirror.withPackages { mirror in
                for (program, linked) in [("syncbox-server", "hummingbird"), ("syncbox-client", "GRDB")] {
                    let text = try await mirror.box.run("cat /usr/share/doc/\(program)/sbom.cdx.json")
                    let bill = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                    #expect(bill?["bomFormat"] as? String == "CycloneDX")
                    let parts = bill?["components"] as? [[String: Any]] ?? []
                    #expect(parts.contains { $0["name"] as? String == linked && $0["version"] is String })
                    let loaded = try await mirror.box.run(
                        "readelf -d /usr/bin/\(program) | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p'")
                    for library in loaded.split(separator: "\n") {
                        #expect(text.contains("\"value\": \"\(library)\""), "\(program): \(library)")
                    }
                    #expect(loaded.contains("libc.so.6"))
                }
            }
        }

        @Test("Set up as the manual tells, both daemons become ready, mirror, and tell how it goes")
        func mirror() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run(
                    """
                    cd /srv/src; mkdir -p deep/er empty; echo hello >deep/er/a; ln -s deep/er/a link
                    umask 077; mkdir private; echo secret >private/s
                    """)
                try await mirror.converges()
                for unit in [mirror.server, mirror.client] {
                    #expect(try await unit.state == "active")
                    #expect(try await unit.property("StatusText") != "")
                    #expect(try await unit.property("NRestarts") == "0")
                }
                let status = try await mirror.box.run("syncbox status --json")
                let daemons = try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [Any]
                #expect(daemons?.count == 2)
            }
        }

        @Test("Only root and the daemon's group may ask a daemon")
        func controlSocket() async throws {
            try await Mirror.withDaemons { mirror in
                for (who, code) in [("nobody", 77), ("syncbox-client", 0), ("root", 0)] as [(String, Int32)] {
                    let ended = try await mirror.box.attempt("runuser -u \(who) -- syncbox status src")
                    #expect(ended.exitCode == code)
                }
            }
        }

        @Test("Enabled daemons come back after a reboot and mirror what changed meanwhile")
        func reboot() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("systemctl enable syncbox-server syncbox-client@src; echo 1 >/srv/src/before")
                try await mirror.converges()
                try await mirror.box.run(
                    "systemctl stop syncbox-client@src; rm /srv/src/before; echo 2 >/srv/src/after")
                try await mirror.box.reboot()
                try await eventually("both are active") {
                    let states = try await (mirror.server.state, mirror.client.state)
                    return states == ("active", "active")
                }
                try await mirror.converges()
            }
        }
    }
}
