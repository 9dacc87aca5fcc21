// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct AnySettingsTests {
    private static let words = [
        "", "0", "1", "50", "101", "-1", "99999999999999999999", "1ms", "2s", "1min 30s", "1h", "20", "yes", "info",
        "reconcile", "durable", "relaxed", "read", "write delete", "*", "a", "b", "a b", "/", "/a", "/a/b", "/b/../c",
        "\"",
        "\"/a b\"", "\"a\"b", "# c", "; c", "[", "127.0.0.1:1", "[::1]:1", "http://127.0.0.1:1", "unix:/s", "0.0.0.0:1",
        "sha256:" + String(repeating: "0f", count: 32), "sha256:", "*.tmp tmp/", "\u{E9}", "\u{202E}", "\r", "\u{0}",
    ]

    @Test(
        "Whatever files say, they are settings that keep the rules, or mistakes that are told on one line each",
        arguments: 0..<8 as Range<UInt64>)
    func anyFiles(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        var right = 0
        for _ in 0..<200 {
            let environment = SettingsEnvironment(
                stateDirectory: Bool.random(using: &generator) ? "/state" : nil,
                credentialsDirectory: Bool.random(using: &generator) ? "/run" : nil)
            let base = "[client]\nsource = /src\nserver = unix:/s\nshare = a\nkey-file = /key\nstate-directory = /s"
            right += check(ClientSettings.self, files(base, ClientSettings.sections, &generator), environment)
            right += check(ServerSettings.self, files("[server]", ServerSettings.sections, &generator), environment)
        }
        #expect((20..<380).contains(right), "the files are of too little variety")
    }

    /// Returns 1 for right settings, 0 for mistakes.
    private func check<Checked: Settings>(
        _: Checked.Type, _ files: [SettingsFile], _ environment: SettingsEnvironment
    ) -> Int {
        let text = files.map { String(decoding: $0.bytes, as: UTF8.self) }
        do throws(SettingsMistakes) {
            switch try Checked.parse(files, environment: environment) {
            case let client as ClientSettings:
                #expect(client.debounce.quiet <= client.debounce.longestHold, "\(text)")
                #expect(client.retry.first <= client.retry.longest, "\(text)")
                #expect(client.source.first == "/" && client.keyFile.first == "/", "\(text)")
            case let server as ServerSettings:
                #expect(Set(server.shares.values.map(\.path)).count == server.shares.count, "\(text)")
                #expect(Set(server.keys.values.map(\.hash)).count == server.keys.count, "\(text)")
            default: Issue.record("settings of a third kind")
            }
            return 1
        } catch {
            #expect(!error.all.isEmpty)
            #expect(error.all.allSatisfy { !$0.description.unicodeScalars.contains { $0.value < 0x20 } }, "\(text)")
            return 0
        }
    }

    /// A right file, and two drop-ins with a few known sections and keys, and values that are right now and then.
    private func files(
        _ base: String, _ sections: [SettingsSection], _ generator: inout SplitMix
    ) -> [SettingsFile] {
        let dropIns = (0..<2).map { number in
            var lines: [String] = []
            for section in sections.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator)) {
                let name = section.isNamed ? ":" + (["a", "b", ".", ""].randomElement(using: &generator) ?? "") : ""
                lines.append("[\(section.kind)\(name)]")
                let keys = (section.keys + ["other"]).shuffled(using: &generator)
                for key in keys.prefix(Int.random(in: 0...3, using: &generator)) {
                    lines.append("\(key) = \(Self.words.randomElement(using: &generator) ?? "")")
                }
            }
            return SettingsFile(name: "drop-in \(number)", text: lines.joined(separator: "\n"))
        }
        return [SettingsFile(name: "base", text: base)] + dropIns
    }
}
