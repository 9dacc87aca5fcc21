// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

@Suite struct KeyNewCommandTests {
    private let directory: String
    private var output: String { "\(directory)/src.key" }

    init() throws {
        directory = try temporaryDirectory()
    }

    @Test("The printed section is what the server needs to know the secret in the file")
    func section() async throws {
        defer { clean() }
        let ended = try await runSyncbox("key", "new", "laptop", "--share", "src", "--share", "www", "--output", output)
        #expect(ended.exitCode == 0)
        #expect(ended.errors.isEmpty)
        let text = "[server]\n[share:src]\npath = /a\n[share:www]\npath = /b\n" + ended.output
        let settings = try ServerSettings.parse(
            [SettingsFile(name: "f", text: text)], environment: DaemonKind.server.environment)
        let secret = try KeySecret(keyFile: Data(contentsOf: URL(filePath: output)))
        #expect(
            settings.keys == [
                "laptop": .init(
                    hash: try await sha256sum(secret.text), shares: .named(["src", "www"]),
                    permissions: [.write, .delete])
            ])
    }

    @Test("The secret can be read by its owner alone, is recognisable, and is another each time")
    func secret() async throws {
        defer { clean() }
        var secrets: Set<String> = []
        for number in 0..<3 {
            let path = "\(directory)/\(number)"
            let ended = try await runSyncbox(
                "key", "new", "k", "--share", "*", "--permission", "read", "--output", path)
            #expect(ended.exitCode == 0)
            #expect(ended.output.contains("\nshares = *\npermissions = read\n"))
            let secret = try String(contentsOfFile: path, encoding: .utf8)
            #expect(secret.wholeMatch(of: /syncbox_[0-9a-f]{64}\n/) != nil)
            #expect(!ended.output.contains(secret.dropLast()))
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            secrets.insert(secret)
        }
        #expect(secrets.count == 3)
    }

    @Test("An existing file is never replaced")
    func existing() async throws {
        defer { clean() }
        try Data("mine".utf8).write(to: URL(filePath: output))
        let ended = try await runSyncbox("key", "new", "laptop", "--share", "src", "--output", output)
        #expect(ended.exitCode == ExitCode.cannotCreate.rawValue)
        #expect(ended.output.isEmpty)
        #expect(
            ended.errors == "syncbox: \(output) is there already, and a key is never replaced; name another file\n")
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "mine")
    }

    @Test("A file that can't be created is told, and no section is printed")
    func noDirectory() async throws {
        defer { clean() }
        let ended = try await runSyncbox("key", "new", "l", "--share", "src", "--output", "\(directory)/missing/key")
        #expect(ended.exitCode == ExitCode.cannotCreate.rawValue)
        #expect(ended.output.isEmpty)
        #expect(ended.errors.hasPrefix("syncbox: cannot create \(directory)/missing/key: "))
    }

    @Test(
        "A command line that could not become right settings is refused, and nothing is written",
        arguments: [
            ["laptop"], ["laptop", "--share", "a/b"], ["laptop", "--share", "*", "--share", "src"],
            [".laptop", "--share", "src"], ["a b", "--share", "src"],
            ["laptop", "--share", "src", "--permission", "everything"], [],
        ])
    func usage(arguments: [String]) async throws {
        defer { clean() }
        let ended = try await runSyncbox(arguments: ["key", "new"] + arguments + ["--output", output])
        #expect(ended.exitCode == ExitCode.usage.rawValue)
        #expect(ended.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The digest by coreutils, which shares no code with `syncbox`.
    private func sha256sum(_ text: String) async throws -> Digest {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/plain"))
        let ended = try await run("/usr/bin/sha256sum", ["\(directory)/plain"])
        return try #require(Digest(hex: ended.output.prefix(64)))
    }
}
