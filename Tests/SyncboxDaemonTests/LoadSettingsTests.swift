// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import SyncboxDaemon
import Systemd
import Testing

@Suite struct LoadSettingsTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)").path
    private var path: String { "\(directory)/server.conf" }
    private let environment = ServiceEnvironment { ["STATE_DIRECTORY": "/var/lib/syncbox-server"][$0] }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory + "/server.conf.d", withIntermediateDirectories: true)
    }

    @Test("Drop-ins override the main file in the order of their names, and only files that end in .conf count")
    func dropIns() throws {
        defer { clean() }
        try write("server.conf", "[server]\nlog-level = error\nlisten = 127.0.0.1:1\n[share:a]\npath = /srv/a\n")
        try write("server.conf.d/20-b.conf", "[server]\nlog-level = debug\n")
        try write("server.conf.d/10-a.conf", "[server]\nlog-level = notice\n[share:b]\npath = /srv/b\n")
        try write("server.conf.d/30-c.conf~", "nonsense\n")
        try write("server.conf.d/.40-d.conf", "nonsense\n")
        let settings = try loadSettings(ServerSettings.self, from: path, environment: environment).settings
        #expect(
            settings
                == ServerSettings(
                    listen: .tcp(host: "127.0.0.1", port: 1), stateDirectory: "/var/lib/syncbox-server",
                    logLevel: .debug, shares: ["a": .init(path: "/srv/a"), "b": .init(path: "/srv/b")]))
    }

    @Test("Without drop-ins the main file stands alone")
    func alone() throws {
        defer { clean() }
        try FileManager.default.removeItem(atPath: path + ".d")
        try write("server.conf", "[server]\n")
        let settings = try loadSettings(ServerSettings.self, from: path, environment: environment).settings
        #expect(settings == ServerSettings(stateDirectory: "/var/lib/syncbox-server"))
    }

    @Test("A drop-in may be masked by a link to /dev/null")
    func masked() throws {
        defer { clean() }
        try write("server.conf", "[server]\n")
        try FileManager.default.createSymbolicLink(atPath: path + ".d/1.conf", withDestinationPath: "/dev/null")
        let settings = try loadSettings(ServerSettings.self, from: path, environment: environment).settings
        #expect(settings == ServerSettings(stateDirectory: "/var/lib/syncbox-server"))
    }

    @Test("A missing file, a dangling drop-in and a directory are each told under their own names")
    func unreadable() throws {
        defer { clean() }
        try FileManager.default.createSymbolicLink(atPath: path + ".d/1.conf", withDestinationPath: "nowhere")
        try FileManager.default.createDirectory(atPath: path + ".d/2.conf", withIntermediateDirectories: true)
        #expect(
            mistakes() == [
                "\(path): is not there; create it, or name another",
                "\(path).d/1.conf: is not there; create it, or name another",
                "\(path).d/2.conf: is a directory; name the file in it",
            ])
    }

    @Test("A mistake in a drop-in is told with the drop-in's name and line")
    func mistakeInDropIn() throws {
        defer { clean() }
        try write("server.conf", "[server]\nport = 1\n")
        try write("server.conf.d/a.conf", "\n[server]\nlog-level = loud\n")
        let found = mistakes()
        #expect(found.count == 2)
        #expect(found.first?.hasPrefix("\(path):2: [server] port: ") == true)
        #expect(found.last?.hasPrefix("\(path).d/a.conf:3: [server] log-level = loud: ") == true)
    }

    @Test("A file beyond the limit is refused")
    func tooLarge() throws {
        defer { clean() }
        try write("server.conf", String(repeating: "#", count: (1 << 20) + 1))
        #expect(mistakes() == ["\(path): is too large; at most 1048576 bytes and 1000 drop-ins are read"])
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func mistakes() -> [String] {
        do throws(SettingsMistakes) {
            _ = try loadSettings(ServerSettings.self, from: path, environment: environment)
            return []
        } catch {
            return error.all.map(\.description)
        }
    }
}
