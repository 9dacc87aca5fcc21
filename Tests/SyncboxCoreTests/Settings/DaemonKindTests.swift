// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct DaemonKindTests {
    @Test(
        "A settings file's sections tell whose it is",
        arguments: [
            ("[server]\n", DaemonKind.server), ("[share:src]\n", .server), ("[key:k]\n", .server),
            ("[client]\n", .client(instance: "src")), ("[retry]\n", .client(instance: "src")),
            ("[other]\n[safety]\n", .client(instance: "src")), ("[client]\n[server]\n", .client(instance: "src")),
            ("", nil), ("[other]\n", nil), ("no settings", nil),
        ])
    func kind(text: String, expected: DaemonKind?) {
        #expect(DaemonKind(of: [SettingsFile(name: "/etc/syncbox/client/src.conf", text: text)]) == expected)
    }

    @Test("A drop-in may be the one that tells")
    func dropIn() {
        let files = [SettingsFile(name: "x.conf", text: ""), SettingsFile(name: "x.conf.d/1.conf", text: "[client]\n")]
        #expect(DaemonKind(of: files) == .client(instance: "x"))
    }

    @Test("Each daemon has its own socket, unit and directories")
    func places() {
        #expect(DaemonKind.server.controlSocket == "/run/syncbox-server/control.sock")
        #expect(DaemonKind.server.unit == "syncbox-server.service")
        let client = DaemonKind.client(instance: "src")
        #expect(client.controlSocket == "/run/syncbox-client/src/control.sock")
        #expect(client.unit == "syncbox-client@src.service")
        #expect(client.environment.stateDirectory == "/var/lib/syncbox-client/src")
        #expect(client.environment.credentialsDirectory == "/run/credentials/syncbox-client@src.service")
    }
}
