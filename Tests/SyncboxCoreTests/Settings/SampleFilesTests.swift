// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

/// The samples in `config/` are the reference of all settings, so they may not be wrong.
@Suite struct SampleFilesTests {
    private static let names = ["server.conf", "client.conf"]

    @Test("The server's sample is right, and the defaults that it shows are those that apply")
    func server() throws {
        let environment = DaemonKind.server.environment
        let asItIs = try ServerSettings.parse([sample("server.conf")], environment: environment)
        var uncommented = try ServerSettings.parse([uncommented("server.conf")], environment: SettingsEnvironment())
        #expect(uncommented.shares == ["src": .init(path: "/srv/mirror/src")])
        #expect(uncommented.keys.map(\.key) == ["laptop"])
        #expect(
            uncommented.tls
                == .init(
                    certificate: "/etc/syncbox/tls/certificate.pem", key: "/etc/syncbox/tls/key.pem", clientCA: nil))
        uncommented.tls = nil
        uncommented.shares = [:]
        uncommented.keys = [:]
        #expect(asItIs == uncommented)
    }

    @Test("The client's sample is right, and the defaults that it shows are those that apply")
    func client() throws {
        let environment = DaemonKind.client(instance: "src").environment
        let asItIs = try ClientSettings.parse([sample("client.conf")], environment: environment)
        let uncommented = try ClientSettings.parse([uncommented("client.conf")], environment: SettingsEnvironment())
        #expect(asItIs == uncommented)
    }

    @Test("Every key that is known stands in the sample, in its section", arguments: names)
    func everyKey(name: String) throws {
        let known = name == "server.conf" ? ServerSettings.sections : ClientSettings.sections
        let document = INIDocument(reading: try uncommented(name))
        #expect(document.mistakes.isEmpty)
        #expect(document.sections.map { $0.name.prefix { $0 != ":" } } == known.map { Substring($0.kind) })
        for (section, written) in zip(known, document.sections) {
            #expect(written.keys == section.keys)
        }
    }

    @Test("A sample's lines fit a terminal that is 120 columns wide", arguments: names)
    func width(name: String) throws {
        let lines = String(decoding: try sample(name).bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.filter { $0.count > 120 } == [])
    }

    private func sample(_ name: String) throws -> SettingsFile {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return SettingsFile(name: name, bytes: try Data(contentsOf: root.appending(path: "config/\(name)")))
    }

    /// The sample with every setting switched on: a `#` that a letter or a bracket follows directly is taken away.
    private func uncommented(_ name: String) throws -> SettingsFile {
        let lines = String(decoding: try sample(name).bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let uncommented = lines.map { line in
            line.wholeMatch(of: /#[a-z\[].*/) == nil ? line : line.dropFirst()
        }
        return SettingsFile(name: name, text: uncommented.joined(separator: "\n"))
    }
}
