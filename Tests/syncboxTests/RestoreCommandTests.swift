// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

@testable import syncbox

@Suite struct RestoreCommandTests {
    @Test(
        "What contradicts itself is told before anything is asked",
        arguments: [
            [], [".src"], ["a/b"], ["src", "a", "b"], ["src", "--force"], ["src", "--output", "x"],
            ["src", "a", "--list", "--force"], ["src", "a", "--json"], ["src", "a", "--version", "1"],
            ["src", "--version", "20261124T225842.123456Z-removed"],
        ])
    func usage(arguments: [String]) async throws {
        #expect(try await runSyncbox(arguments: ["restore"] + arguments).exitCode == ExitCode.usage.rawValue)
    }

    @Test("Settings with mistakes, a missing key and a server that is down are told apart")
    func failures() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let settings = "\(directory)/src.conf"
        let key = "\(directory)/key"
        func ended(_ text: String, _ more: [String] = []) async throws -> Ended {
            try Data(text.utf8).write(to: URL(filePath: settings))
            return try await runSyncbox(arguments: ["restore", "src", "--config", settings] + more)
        }
        let mistaken = try await ended("[client]\nsource = src\n")
        #expect(mistaken.exitCode == ExitCode.configuration.rawValue)
        #expect(mistaken.errors.contains("src.conf:2: [client] source = src: is no absolute path"))

        let right = """
            [client]
            source = \(directory)/source
            server = unix:\(directory)/none.sock
            share = src
            key-file = \(key)
            """
        let keyless = try await ended(right)
        #expect(keyless.exitCode == ExitCode.noInput.rawValue)
        #expect(keyless.errors.contains("cannot read the key file \(key)"))
        try Data("short".utf8).write(to: URL(filePath: key))
        #expect(try await ended(right).exitCode == ExitCode.configuration.rawValue)
        try Data(KeySecret(randomBytes: Array(repeating: 1, count: KeySecret.randomLength)).text.utf8)
            .write(to: URL(filePath: key))
        #expect(try await ended(right).exitCode == ExitCode.unavailable.rawValue)
        let outside = try await ended(right, ["../x"])
        #expect(outside.exitCode == ExitCode.usage.rawValue)
    }

    @Test("A line tells when, why, how large, which version and where")
    func lines() throws {
        let version = KeptVersion(Timestamp(seconds: 1_795_561_122, nanoseconds: 5_000), .removed)
        let file = Entry.file(size: 5_000, digest: nil, mode: 0o644, modified: Timestamp(seconds: 0))
        let path = try RelativePath([0x61, 0xFF])
        #expect(
            KeptEntry(file, at: path, version: version).line
                == "2026-11-24T22:58:42Z  removed   4.8 KiB     20261124T225842.000005Z-removed  a\\xFF")
        let directory = Entry.directory(mode: 0o755, modified: Timestamp(seconds: 0))
        #expect(KeptEntry(directory, at: path, version: version).line.contains("removed   directory   2026"))
    }
}
