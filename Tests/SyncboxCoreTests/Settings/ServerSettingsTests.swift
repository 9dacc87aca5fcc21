// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct ServerSettingsTests {
    private static let hash = String(repeating: "0f", count: 32)

    @Test("Every key of a server's settings is read")
    func everyKey() throws {
        let settings = try ServerSettings.parse(
            [
                SettingsFile(
                    name: "server.conf",
                    text: """
                        [server]
                        listen = unix:/run/http.sock
                        state-directory = /var/lib/syncbox-server
                        log-level = debug

                        [share:src]
                        path = /srv/mirror/src
                        durability = relaxed        ; acknowledged when published

                        keep-deleted = 7d
                        keep-deleted-size = 64M

                        [share:www]
                        path = /srv/mirror/www/
                        keep-deleted = 1h

                        [key:laptop]
                        hash = sha256:\(Self.hash)
                        shares = src www
                        permissions = write delete

                        [key:backup]
                        hash = sha256:\(String(repeating: "AB", count: 32))
                        shares = *
                        permissions = read
                        """)
            ], environment: SettingsEnvironment())
        let laptop = try #require(Digest(hex: Self.hash))
        let backup = try #require(Digest(hex: String(repeating: "ab", count: 32)))
        #expect(
            settings
                == ServerSettings(
                    listen: .unix(path: "/run/http.sock"), stateDirectory: "/var/lib/syncbox-server", logLevel: .debug,
                    shares: [
                        "src": .init(
                            path: "/srv/mirror/src", durability: .relaxed,
                            keep: KeepBounds(age: .seconds(7 * 86_400), size: 64 << 20)),
                        "www": .init(path: "/srv/mirror/www", keep: KeepBounds(age: .seconds(3_600), size: 10 << 30)),
                    ],
                    keys: [
                        "laptop": .init(hash: laptop, shares: .named(["src", "www"]), permissions: [.write, .delete]),
                        "backup": .init(hash: backup, shares: .all, permissions: [.read]),
                    ]))
    }

    @Test("What isn't set has its default, the state directory that of the surroundings")
    func defaults() throws {
        let settings = try parse("[server]\n", stateDirectory: "/var/lib/syncbox-server")
        #expect(settings == ServerSettings(stateDirectory: "/var/lib/syncbox-server"))
        #expect(settings.listen == .tcp(host: "127.0.0.1", port: 8730))
        #expect(settings.logLevel == .info)
    }

    @Test("With a certificate and its key any address may be listened on, with clients' certificates or without")
    func tls() throws {
        let text = "[server]\nlisten = [::]:8730\nstate-directory = /s\n[tls]\ncertificate = /c.pem\nkey = /k.pem\n"
        let settings = try parse(text, stateDirectory: nil)
        #expect(settings.listen == .tcp(host: "::", port: 8730))
        #expect(settings.tls == .init(certificate: "/c.pem", key: "/k.pem"))
        #expect(try parse(text + "client-ca =\n", stateDirectory: nil).tls?.clientCA == nil)
        #expect(try parse(text + "client-ca = /ca.pem\n", stateDirectory: nil).tls?.clientCA == "/ca.pem")
    }

    @Test("What is found wrong with a file is told at the line that names it, in a drop-in too")
    func wrongFile() throws {
        let main = SettingsFile(name: "server.conf", text: "[server]\n[tls]\ncertificate = /c.pem\nkey = /k.pem\n")
        let dropIn = SettingsFile(name: "server.conf.d/1.conf", text: "[tls]\nkey = /other.pem\n")
        let mistake = SettingsValue.Mistake("is not there", right: "create it")
        let mistakes = ServerSettings.mistakes(
            [(ServerSettings.TLSKey.key, mistake), (.certificate, mistake)], in: [main, dropIn])
        #expect(
            mistakes?.all.map(\.description) == [
                "server.conf:3: [tls] certificate = /c.pem: is not there; create it",
                "server.conf.d/1.conf:2: [tls] key = /other.pem: is not there; create it",
            ])
    }

    @Test("What is deleted is kept where that is set alone, and a drop-in can turn it off")
    func keep() throws {
        let share = "[server]\nstate-directory = /s\n[share:src]\npath = /srv/src\n"
        #expect(try parse(share, stateDirectory: nil).shares["src"]?.keep == nil)
        #expect(try parse(share + "keep-deleted-size = 1M", stateDirectory: nil).shares["src"]?.keep == nil)
        let main = SettingsFile(name: "server.conf", text: share + "keep-deleted = 7d\n")
        let dropIn = SettingsFile(name: "server.conf.d/off.conf", text: "[share:src]\nkeep-deleted = off\n")
        let settings = try ServerSettings.parse([main, dropIn], environment: SettingsEnvironment())
        #expect(settings.shares["src"]?.keep == nil)
    }

    @Test("A share that a drop-in defines is known to a key in the main file")
    func dropIn() throws {
        let main = SettingsFile(
            name: "server.conf",
            text:
                "[server]\nstate-directory = /s\n[key:k]\nhash = sha256:\(Self.hash)\nshares = src\npermissions = write\n"
        )
        let dropIn = SettingsFile(name: "server.conf.d/src.conf", text: "[share:src]\npath = /srv/src\n")
        let settings = try ServerSettings.parse([main, dropIn], environment: SettingsEnvironment())
        #expect(settings.keys["k"]?.shares == .named(["src"]))
        #expect(settings.shares["src"]?.path == "/srv/src")
    }

    private static let mistakeTable: [(text: String, expected: String)] = [
        (
            "[server]\nlisten = 0.0.0.0:8730",
            "f:2: [server] listen = 0.0.0.0:8730: is not a loopback address, and plain text must not leave the machine "
                + "(TLS isn't configured); set up [tls], or listen on 127.0.0.1, [::1] or a Unix socket, behind a tunnel "
                + "or a proxy"
        ),
        (
            "[server]\nlog-level = verbose",
            "f:2: [server] log-level = verbose: is not known; write trace, debug, info, notice, warning, error or "
                + "critical"
        ),
        (
            "[server]\nlsiten = 127.0.0.1:8730",
            "f:2: [server] lsiten: there is no such key; did you mean listen?"
        ),
        (
            "[server]\nport = 8730",
            "f:2: [server] port: there is no such key; the keys are listen, state-directory, log-level"
        ),
        (
            "[tls]\ncertificate = /c",
            "f:1: [tls] key: is not set; write for example key = /etc/syncbox/tls/key.pem"
        ),
        (
            "[tls]\nkey = k\ncertificate = /c",
            "f:2: [tls] key = k: is no absolute path; start it with '/'"
        ),
        (
            "[server]\nlisten = unix:/run/s\n[tls]\nkey = /k\ncertificate = /c",
            "f:5: [tls] certificate = /c: is set, but a Unix socket, which is listened on, is spoken to in plain text; "
                + "listen on host:port, or remove [tls]"
        ),
        ("[shares:src]\npath = /srv", "f:1: [shares:src]: there is no such section; write [share:NAME]"),
        ("[share]\npath = /srv", "f:1: [share]: there is no such section; write [share:NAME]"),
        ("[server:a]", "f:1: [server:a]: there is no such section; write [server]"),
        (
            "[client]",
            "f:1: [client]: there is no such section; write [server], [tls], [share:NAME] or [key:NAME]"
        ),
        (
            "[share:src]\ndurability = durabel\npath = /srv",
            "f:2: [share:src] durability = durabel: is not known; write durable or relaxed"
        ),
        (
            "[share:src]\ndurability = durable",
            "f:1: [share:src] path: is not set; write for example path = /srv/mirror/src"
        ),
        (
            "[share:src]\nkeep-deleted = 7\npath = /srv",
            "f:2: [share:src] keep-deleted = 7: has no unit; "
                + "write a number with a unit, as 20ms or 1min 30s (us, ms, s, min, h, d, w), or off"
        ),
        (
            "[share:src]\nkeep-deleted = 1s\npath = /srv",
            "f:2: [share:src] keep-deleted = 1s: is out of range; write a duration from 1min to 520w, or off"
        ),
        (
            "[share:src]\nkeep-deleted-size = 1K\npath = /srv",
            "f:2: [share:src] keep-deleted-size = 1K: is out of range; write a size from 1M to 1024T"
        ),
        (
            "[share:.x]\npath = /srv",
            "f:1: [share:.x]: starts with a dot; use 1 to 64 letters, digits, '-', '_' and '.', not starting with '.'"
        ),
        (
            "[share:src]\npath = mirror",
            "f:2: [share:src] path = mirror: is no absolute path; start it with '/'"
        ),
        (
            "[share:a]\npath = /srv/a\n[share:b]\npath = /srv/a/b",
            "f:4: [share:b] path = /srv/a/b: overlaps /srv/a, the path of share a; give each share a directory of its own"
        ),
        (
            "[share:a]\npath = /state/a",
            "f:2: [share:a] path = /state/a: overlaps the state directory /state; keep destinations and state apart"
        ),
        (
            key(hash: "md5:00"),
            "f:4: [key:k] hash: does not start with sha256:; "
                + "write sha256: and 64 hexadecimal digits, as syncbox key new prints them"
        ),
        (
            key(hash: "sha256:0f"),
            "f:4: [key:k] hash: does not hold 64 hexadecimal digits; "
                + "write sha256: and 64 hexadecimal digits, as syncbox key new prints them"
        ),
        (
            key(shares: "src web"),
            "f:5: [key:k] shares = src web: 'web' is no share; write the names of shares (there is src), "
                + "or * alone for all"
        ),
        (
            key(shares: "src *"),
            "f:5: [key:k] shares = src *: '*' is no share; write the names of shares (there is src), or * alone for all"
        ),
        (
            key(permissions: "write everything"),
            "f:6: [key:k] permissions = write everything: 'everything' is not known; "
                + "write one or more of read write delete"
        ),
        (
            key(permissions: "write write"),
            "f:6: [key:k] permissions = write write: 'write' stands twice; write one or more of read write delete"
        ),
        (
            key() + "\n[key:l]\nhash = sha256:\(hash)\nshares = *\npermissions = read",
            "f:8: [key:l] hash: is the hash of key k too; make a new key for each client"
        ),
    ]

    @Test(
        "Each mistake says where it stands, what is wrong and what would be right",
        arguments: mistakeTable)
    func mistake(text: String, expected: String) {
        #expect(mistakes(text, stateDirectory: "/state") == [expected])
    }

    @Test("A secret is never repeated, wherever it was put by mistake")
    func secret() {
        let secret = KeySecret(randomBytes: Array(repeating: 0xAB, count: KeySecret.randomLength)).text
        let texts = [
            Self.key(hash: secret), Self.key(hash: "sha256:" + secret), Self.key(shares: secret),
            Self.key(permissions: secret), Self.key() + "\n" + secret, Self.key() + "\nsecret = " + secret,
            Self.key() + "\n\(secret) = 1", Self.key() + "\n[key:\(secret)", "[key:\(secret)]",
        ]
        for text in texts {
            let found = mistakes(text, stateDirectory: "/state")
            #expect(!found.isEmpty)
            #expect(found.allSatisfy { !$0.contains(secret.dropFirst(KeySecret.prefix.count)) }, "\(found)")
        }
    }

    @Test("Without a state directory anywhere, the missing key is told")
    func missingStateDirectory() {
        #expect(
            mistakes("[share:a]\npath = /srv", stateDirectory: nil) == [
                "f: [server] state-directory: is not set; write for example state-directory = /var/lib/syncbox-server"
            ])
    }

    @Test("All mistakes are told at once, in the order of files and lines, each with the file it stands in")
    func allAtOnce() {
        let files = [
            SettingsFile(name: "a", text: "[server]\nlog-level = loud\nnonsense\n[share:src]\npath = x\n"),
            SettingsFile(name: "b", text: "[server]\nlisten = 8730\n[share:src]\ndurabilty = relaxed\n"),
        ]
        #expect(throws: SettingsMistakes.self) {
            try ServerSettings.parse(files, environment: SettingsEnvironment(stateDirectory: "/s"))
        }
        do {
            _ = try ServerSettings.parse(files, environment: SettingsEnvironment(stateDirectory: "/s"))
        } catch {
            #expect(
                error.all.map { "\($0.file):\($0.line ?? 0) \($0.key ?? "-")" } == [
                    "a:2 log-level", "a:3 -", "a:5 path", "b:2 listen", "b:4 durabilty",
                ])
            #expect(error.description.split(separator: "\n").count == 5)
        }
    }

    private func parse(_ text: String, stateDirectory: String?) throws(SettingsMistakes) -> ServerSettings {
        try ServerSettings.parse(
            [SettingsFile(name: "f", text: text)], environment: SettingsEnvironment(stateDirectory: stateDirectory))
    }

    private func mistakes(_ text: String, stateDirectory: String?) -> [String] {
        do {
            _ = try parse(text, stateDirectory: stateDirectory)
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    private static func key(
        hash: String = "sha256:" + hash, shares: String = "src", permissions: String = "write"
    ) -> String {
        """
        [share:src]
        path = /srv/src
        [key:k]
        hash = \(hash)
        shares = \(shares)
        permissions = \(permissions)
        """
    }
}
