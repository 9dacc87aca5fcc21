// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncboxCore
import Testing

/// Runs the command with a journalctl that prints what it was asked.
@Suite struct LogCommandTests {
    @Test(
        "The journal is asked for the unit, and for what the options say",
        arguments: [
            (["src"], "--unit=syncbox-client@src.service"),
            (["--server"], "--unit=syncbox-server.service"),
            (
                ["src", "--problems", "--since", "2 hours ago"],
                "--unit=syncbox-client@src.service --priority=warning --since=2 hours ago"
            ),
            (["src", "-f", "-n", "5", "-x"], "--unit=syncbox-client@src.service --follow --lines=5 --catalog"),
        ])
    func journalctl(arguments: [String], asked: String) async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = "\(directory)/journalctl"
        try "#!/bin/sh\necho \"$@\"\nexit 3\n".write(toFile: fake, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
        let ended = try await run("/usr/bin/env", ["PATH=\(directory)", try syncboxPath(), "log"] + arguments)
        #expect(ended.output == asked + "\n")
        #expect(ended.exitCode == 3, "the exit code is journalctl's own")
    }

    @Test("Without a journalctl that is told")
    func missing() async throws {
        let ended = try await run("/usr/bin/env", ["PATH=/nowhere", try syncboxPath(), "log", "src"])
        #expect(ended.exitCode == ExitCode.unavailable.rawValue)
        #expect(ended.errors.hasPrefix("syncbox: journalctl can't be run: "))
    }

    @Test(
        "One journal is asked for, by a name that can be one",
        arguments: [[], ["a", "--server"], ["a/b"], ["a", "-n", "0"]])
    func usage(arguments: [String]) async throws {
        #expect(try await runSyncbox(arguments: ["log"] + arguments).exitCode == ExitCode.usage.rawValue)
    }
}
