// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

/// Keys in a server's settings, from their making to their end.
@Suite struct KeysCommandTests {
    private let directory: String
    private var settings: String { "\(directory)/server.conf" }

    init() throws {
        directory = try temporaryDirectory()
    }

    @Test("A key is added as a drop-in, listed, and revoked without a trace")
    func life() async throws {
        defer { clean() }
        let before = "[server]\n# mine\n[share:src]\npath = /a\n"
        try write(before)
        let made = try await key("new", "laptop", "--share", "src", "--output", "\(directory)/k", "--add")
        #expect(made.exitCode == 0, "\(made.errors)")
        let dropIn = "\(settings).d/key-laptop.conf"
        #expect(made.output == "added [key:laptop] as \(dropIn)\nnow: systemctl reload syncbox-server\n")
        #expect(try FileManager.default.attributesOfItem(atPath: dropIn)[.posixPermissions] as? Int == 0o644)
        let second = try await key(
            "new", "reader", "--share", "*", "--permission", "read", "--output", "\(directory)/r", "--add")
        #expect(second.exitCode == 0)
        let listed = try await key("list")
        let expected = [
            "laptop  write delete  src  \(dropIn)", "reader  read          *    \(settings).d/key-reader.conf",
        ]
        #expect(listed.output == expected.joined(separator: "\n") + "\n")
        let json = try await key("list", "--json").output
        #expect(
            json.hasPrefix(
                #"[{"files":["\#(dropIn)"],"name":"laptop","permissions":["write","delete"],"shares":["src"]},"#))
        #expect(try await runSyncbox("check-config", settings).exitCode == 0)

        let revoked = try await key("revoke", "laptop", "reader")
        #expect(revoked.output.hasSuffix("now: systemctl reload syncbox-server\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(settings).d") == [])
        #expect(try String(contentsOfFile: settings, encoding: .utf8) == before)
        #expect(try await key("list").output.isEmpty)
    }

    @Test("A section in the settings themselves, or in a drop-in of others, is taken out of them, and the rest stays")
    func byHand() async throws {
        defer { clean() }
        let key = "[key:old]\nhash = sha256:\(String(repeating: "a", count: 64))\nshares = src\n"
        try write("[server]\n[share:src]\npath = /a\n; of the laptop\n\(key)\n; the end\n[key:b]\n\(Self.rest)")
        try FileManager.default.createDirectory(atPath: "\(settings).d", withIntermediateDirectories: true)
        try Data("[key:old]\npermissions = write\n".utf8).write(to: URL(filePath: "\(settings).d/more.conf"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: settings)
        let revoked = try await self.key("revoke", "old")
        #expect(revoked.exitCode == 0, "\(revoked.errors)")
        #expect(revoked.output.hasPrefix("removed [key:old] from \(settings) and \(settings).d/more.conf\n"))
        #expect(
            try String(contentsOfFile: settings, encoding: .utf8)
                == "[server]\n[share:src]\npath = /a\n; of the laptop\n\n; the end\n[key:b]\n\(Self.rest)")
        #expect(try FileManager.default.attributesOfItem(atPath: settings)[.posixPermissions] as? Int == 0o640)
        #expect(try String(contentsOfFile: "\(settings).d/more.conf", encoding: .utf8).isEmpty)
    }

    @Test("What can't be is refused, and nothing is changed")
    func refused() async throws {
        defer { clean() }
        try write("[server]\n[share:src]\npath = /a\n[key:b]\n\(Self.rest)")
        let before = try String(contentsOfFile: settings, encoding: .utf8)
        let output = "\(directory)/k"
        for (arguments, code, told) in [
            (["revoke", "none"], ExitCode.noInput, "there is no key none"),
            (["new", "b", "--share", "src", "--output", output, "--add"], .cannotCreate, "there is a key b already"),
            (["new", "c", "--share", "www", "--output", output, "--add"], .configuration, "'www' is no share"),
        ] {
            let ended = try await key(arguments)
            #expect(ended.exitCode == code.rawValue)
            #expect(ended.errors.contains(told), "\(ended.errors)")
            #expect(try String(contentsOfFile: settings, encoding: .utf8) == before)
            #expect(!FileManager.default.fileExists(atPath: output))
        }
        try write("[server]\nlisten = nowhere\n")
        for arguments in [["list"], ["revoke", "b"]] {
            #expect(try await key(arguments).exitCode == ExitCode.configuration.rawValue)
        }
    }

    private static let rest = "hash = sha256:\(String(repeating: "b", count: 64))\nshares = *\npermissions = read\n"

    private func key(_ arguments: String...) async throws -> Ended { try await key(arguments) }

    private func key(_ arguments: [String]) async throws -> Ended {
        try await runSyncbox(arguments: ["key"] + arguments + ["--config", settings])
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: settings))
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
