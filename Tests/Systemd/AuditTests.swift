// SPDX-License-Identifier: Apache-2.0
import Testing

extension BootedSystemd {
    /// `syncbox-audit@.service` and its timer.
    @Suite struct AuditTests {
        private static func audit(_ mirror: Mirror) -> Unit { Unit(box: mirror.box, name: "syncbox-audit@src.service") }

        @Test("An audit mends what was done at the destination, names what is nobody's, and fails for that if told")
        func repairs() async throws {
            try await Mirror.withDaemons { mirror in
                let audit = Self.audit(mirror)
                try await mirror.box.run("cd /srv/src; mkdir d; echo 1 >d/edited; echo 2 >removed")
                try await mirror.converges()
                try await mirror.box.run("syncbox wait src; systemctl start syncbox-audit@src")
                #expect(try await audit.hasLogged("no drift"))

                try await mirror.box.run(
                    """
                    cd /srv/mirror/src; echo other >d/edited; rm removed; echo 3 >foreign
                    systemctl start syncbox-audit@src
                    """)
                #expect(try await audit.property("Result") == "success")
                for line in ["changed  d/edited", "missing  removed", "foreign  foreign"] {
                    #expect(try await audit.hasLogged(line), "\(line)")
                }
                try await audit.override("[Service]\nExecStart=\nExecStart=/usr/bin/syncbox audit %i --repair --strict")
                #expect(try await mirror.box.attempt("systemctl start syncbox-audit@src").exitCode != 0)
                #expect(try await audit.property("ExecMainStatus") == "65")
                try await mirror.box.run("rm /srv/mirror/src/foreign; systemctl start syncbox-audit@src")
                #expect(try await audit.property("Result") == "success")
                try await mirror.converges()
            }
        }

        @Test("The timer lets an audit run when it is due; without its client none runs, and none is started for it")
        func timer() async throws {
            try await Mirror.withDaemons { mirror in
                let audit = Self.audit(mirror)
                let timer = Unit(box: mirror.box, name: "syncbox-audit@src.timer")
                try await mirror.box.run("echo 1 >/srv/src/a; systemctl enable --now syncbox-audit@src.timer")
                try await mirror.converges()
                #expect(try await timer.state == "active")
                #expect(try await timer.property("NextElapseUSecRealtime") != "")
                #expect(try await audit.journal("_TRANSPORT=stdout").isEmpty, "it is not due yet")

                try await timer.override(
                    "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\nRandomizedDelaySec=0\nAccuracySec=100ms")
                try await mirror.box.run("systemctl restart syncbox-audit@src.timer")
                try await eventually("an audit has run") { try await audit.hasLogged("no drift") }

                try await mirror.box.run("systemctl stop syncbox-audit@src.timer syncbox-client@src")
                #expect(try await mirror.box.attempt("systemctl start syncbox-audit@src").exitCode != 0)
                #expect(try await mirror.client.state == "inactive")
            }
        }
    }
}
