// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct ClientSettingsTests {
    private static let least = """
        [client]
        source = /srv/src
        server = http://127.0.0.1:8730
        share = src

        """
    private static let systemd = SettingsEnvironment(
        stateDirectory: "/var/lib/syncbox-client/src", credentialsDirectory: "/run/credentials/x")

    @Test("Every key of a client's settings is read")
    func everyKey() throws {
        let settings = try ClientSettings.parse(
            [
                SettingsFile(
                    name: "src.conf",
                    text: ##"""
                        [client]
                        source = /srv/src
                        server = http://127.0.0.1:8730
                        share = src
                        key-file = /etc/syncbox/client/src.key
                        state-directory = /var/lib/syncbox-client/src
                        startup = push                      ; or reconcile, watch
                        log-level = warning
                        [ignore]
                        patterns = *.o \#*# "two words"
                        [debounce]
                        quiet = 50ms
                        longest-hold = 5s
                        [retry]
                        first = 1s
                        longest = 1min 30s
                        attempts = 3
                        [safety]
                        brake-percent = 10%
                        brake-count = 5
                        """##)
            ], environment: SettingsEnvironment())
        #expect(
            settings
                == ClientSettings(
                    source: "/srv/src", server: .tcp(host: "127.0.0.1", port: 8730), share: "src",
                    keyFile: "/etc/syncbox/client/src.key", stateDirectory: "/var/lib/syncbox-client/src",
                    startup: .push, logLevel: .warning, ignorePatterns: ["*.o", "\\#*#", "two words"],
                    debounce: .init(quiet: .milliseconds(50), longestHold: .seconds(5)),
                    retry: .init(first: .seconds(1), longest: .seconds(90), attempts: 3),
                    brake: .init(percent: 10, count: 5)))
    }

    @Test("What isn't set has its default")
    func defaults() throws {
        let settings = try ClientSettings.parse(
            [SettingsFile(name: "f", text: Self.least)], environment: Self.systemd)
        #expect(settings.stateDirectory == "/var/lib/syncbox-client/src")
        #expect(settings.keyFile == "/run/credentials/x/key")
        #expect(settings.startup == .reconcile)
        #expect(settings.logLevel == .info)
        #expect(settings.ignorePatterns == ["*.tmp", "~*", "*.swp", "*.temp", "temp/", "tmp/"])
        #expect(settings.debounce == .init(quiet: .milliseconds(20), longestHold: .seconds(2)))
        #expect(settings.retry == .init(first: .milliseconds(100), longest: .seconds(30), attempts: 10))
        #expect(settings.brake == .init(percent: 50, count: 1_000))
    }

    @Test("Patterns that are set replace the standard ones, even by none")
    func noPatterns() throws {
        let settings = try ClientSettings.parse(
            [SettingsFile(name: "f", text: Self.least + "[ignore]\npatterns =\n")], environment: Self.systemd)
        #expect(settings.ignorePatterns == [])
    }

    @Test("A server under TLS is anywhere, and verified as [tls] says")
    func tls() throws {
        let text = Self.least.replacing("http://127.0.0.1", with: "https://mirror.example.org")
        func read(_ more: String) throws -> ClientSettings.TLS? {
            try ClientSettings.parse([SettingsFile(name: "f", text: text + more)], environment: Self.systemd).tls
        }
        #expect(try read("") == ClientSettings.TLS())
        #expect(try read("[tls]\nca-file =\npin =\ncertificate =\nkey =\n") == ClientSettings.TLS())
        #expect(
            try read("[tls]\nca-file = /ca\npin = \(Self.pin) \(Self.pin)\ncertificate = /c\nkey = /k\n")
                == ClientSettings.TLS(
                    caFile: "/ca", pins: [Self.pin, Self.pin], identity: .init(certificate: "/c", key: "/k")))
        let plain = try ClientSettings.parse(
            [SettingsFile(name: "f", text: Self.least + "[tls]\npin =\n")], environment: Self.systemd)
        #expect(plain.tls == nil)
    }

    @Test(
        "A pin that is none, half of a certificate, and TLS for a server in plain text are told",
        arguments: [
            (
                "https", "pin = sha256//AAAA",
                "f:6: [tls] pin = sha256//AAAA: 'sha256//AAAA' is no pin; write sha256// and the base64 of the SHA-256 of the "
                    + "server's public key, as README tells to make it"
            ),
            (
                "https", "key = /k",
                "f:5: [tls] certificate: is not set, and one without the other is nothing; name the file with the key's "
                    + "certificate"
            ),
            (
                "http", "ca-file = /ca",
                "f:6: [tls] ca-file = /ca: is set, but the server is spoken to in plain text; write server = https://…, or "
                    + "remove it"
            ),
        ])
    func wrongTLS(scheme: String, line: String, expected: String) {
        let text = Self.least.replacing("http:", with: "\(scheme):") + "[tls]\n\(line)\n"
        #expect(mistakes(text, Self.systemd) == [expected])
    }

    private static let pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    @Test("A later drop-in overrides an earlier one and the main file")
    func dropIns() throws {
        let settings = try ClientSettings.parse(
            [
                SettingsFile(name: "f", text: Self.least + "[retry]\nattempts = 1\nfirst = 1s\n"),
                SettingsFile(name: "f.d/10.conf", text: "[retry]\nattempts = 2\n"),
                SettingsFile(name: "f.d/20.conf", text: "[retry]\nattempts = 3\n[client]\nshare = other\n"),
            ], environment: Self.systemd)
        #expect(settings.retry == .init(first: .seconds(1), attempts: 3))
        #expect(settings.share == "other")
    }

    private static let mistakeTable: [(line: String, expected: String)] = [
        ("startup = sync", "f:5: [client] startup = sync: is not known; write reconcile, push or watch"),
        ("sorce = /srv", "f:5: [client] sorce: there is no such key; did you mean source?"),
        (
            "state-directory = /srv/src/.state",
            "f:5: [client] state-directory = /srv/src/.state: lies in the source /srv/src, and would be mirrored; "
                + "choose a place outside of it"
        ),
        (
            "key-file = /srv/src/key",
            "f:5: [client] key-file = /srv/src/key: lies in the source /srv/src, and would be mirrored; "
                + "choose a place outside of it"
        ),
        (
            "[debounce]\nquiet = 20",
            "f:6: [debounce] quiet = 20: has no unit; "
                + "write a number with a unit, as 20ms or 1min 30s (us, ms, s, min, h, d, w)"
        ),
        (
            "[debounce]\nquiet = 0ms",
            "f:6: [debounce] quiet = 0ms: is out of range; write a duration from 1ms to 1min"
        ),
        (
            "[debounce]\nquiet = 5s",
            "f:6: [debounce] quiet = 5s: is longer than longest-hold, which is 2s; write at most 2s"
        ),
        (
            "[debounce]\nlongest-hold = 10ms",
            "f:6: [debounce] longest-hold = 10ms: is shorter than quiet, which is 20ms; write at least 20ms"
        ),
        (
            "[retry]\nfirst = 1min\nlongest = 10s",
            "f:6: [retry] first = 1min: is longer than longest, which is 10s; write at most 10s"
        ),
        (
            "[retry]\nattempts = 0",
            "f:6: [retry] attempts = 0: is out of range; write a whole number from 1 to 1000"
        ),
        (
            "[safety]\nbrake-percent = 101",
            "f:6: [safety] brake-percent = 101: is out of range; write a whole number from 0 to 100"
        ),
        (
            "[safety]\nbrake-count = many",
            "f:6: [safety] brake-count = many: is no whole number; write a whole number from 0 to 1000000000"
        ),
        (
            "[ignore]\npatterns = \"*.o",
            "f:6: [ignore] patterns = \"*.o: holds a quote that is not closed; close it with \""
        ),
        ("[debounse]\nquiet = 1s", "f:5: [debounse]: there is no such section; write [debounce]"),
    ]

    @Test(
        "Each mistake says where it stands, what is wrong and what would be right",
        arguments: mistakeTable)
    func mistake(line: String, expected: String) {
        #expect(mistakes(Self.least.dropLast() + "\n" + line, Self.systemd) == [expected])
    }

    @Test("Everything that must be set and isn't is told")
    func missing() {
        #expect(
            mistakes("\n[client]\n", SettingsEnvironment()) == [
                "f:2: [client] source: is not set; write for example source = /srv/src",
                "f:2: [client] server: is not set; write for example server = http://127.0.0.1:8730",
                "f:2: [client] share: is not set; write for example share = src",
                "f:2: [client] key-file: is not set; write for example key-file = /etc/syncbox/client/src.key",
                "f:2: [client] state-directory: is not set; "
                    + "write for example state-directory = /var/lib/syncbox-client/src",
            ])
    }

    @Test("A value from a file can't forge a line of the journal")
    func printable() {
        let found = mistakes(
            "[client]\nsource = a\u{2028}b\u{202E}c\(String(repeating: "d", count: 500))", Self.systemd)
        #expect(
            found.last
                == "f:2: [client] source = a\\xE2\\x80\\xA8b\\xE2\\x80\\xAEc\(String(repeating: "d", count: 195))…: "
                + "is no absolute path; start it with '/'")
    }

    @Test("The surroundings' variables give the first state directory and the credentials' directory")
    func environment() {
        let variables = ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "CREDENTIALS_DIRECTORY": "/run/c"]
        #expect(
            SettingsEnvironment { variables[$0] }
                == SettingsEnvironment(stateDirectory: "/var/lib/a", credentialsDirectory: "/run/c"))
        #expect(SettingsEnvironment { _ in nil } == SettingsEnvironment())
        #expect(SettingsEnvironment { _ in "" } == SettingsEnvironment())
    }

    private func mistakes(_ text: String, _ environment: SettingsEnvironment) -> [String] {
        do {
            _ = try ClientSettings.parse([SettingsFile(name: "f", text: text)], environment: environment)
            return []
        } catch {
            return error.all.map(\.description)
        }
    }
}
