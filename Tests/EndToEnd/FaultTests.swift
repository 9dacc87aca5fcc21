// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Daemons that are killed and networks that fail, while a tree is edited without a pause.
    @Suite struct FaultTests {
        /// How often a daemon is killed, or the network changes its mood: `SYNCBOX_ROUNDS`.
        private static let rounds =
            ProcessInfo.processInfo.environment["SYNCBOX_ROUNDS"].flatMap { Int($0) } ?? 50

        @Test(
            "Daemons that are killed at random moments, again and again, end with equal trees", .tags(.heavy),
            .enabled(if: runsHeavyTests))
        func killed() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await whileEdited(mirror, seed: 1) {
                    for round in 1...Self.rounds {
                        // The pause is the input: the moment of the kill.
                        try await Task.sleep(for: .milliseconds(.random(in: 10...250)))
                        if round.isMultiple(of: 2) {
                            try await mirror.server.end(by: SIGKILL)
                            try await mirror.startServer()
                        } else {
                            try await mirror.client.end(by: SIGKILL)
                            try await mirror.startClient()
                        }
                    }
                }
                try await mirror.converges(within: .seconds(90))
            }
        }

        @Test(
            "A network that delays, cuts, and answers by half loses nothing", .tags(.heavy),
            .enabled(if: runsHeavyTests))
        func network() async throws {
            try await withMirror { mirror in
                let network = try await BadNetwork(to: mirror.port, in: mirror.directory)
                mirror.clientPort = network.port
                try await mirror.start()
                try await whileEdited(mirror, seed: 2) {
                    for _ in 1...Self.rounds {
                        for mood in ["cut", "half", "slow", "well"] {
                            try network.turn(mood)
                            try await Task.sleep(for: .milliseconds(.random(in: 10...100)))
                        }
                    }
                }
                try network.turn("well")
                try await mirror.converges(within: .seconds(90))
                network.end()
            }
        }
    }
}

/// A way to the server that can be made bad: a process that passes connections on.
private final class BadNetwork {
    let port: UInt16
    private let child: Child
    private let moodFile: String

    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixture/bad-network").path

    init(to server: UInt16, in directory: String) async throws {
        moodFile = "\(directory)/mood"
        let portFile = "\(directory)/network.port"
        try "well".write(toFile: moodFile, atomically: true, encoding: .utf8)
        let log = open("\(directory)/network.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        child = try Child(
            ["/usr/bin/python3", Self.program, "\(server)", portFile, moodFile],
            environment: ProcessInfo.processInfo.environment, output: log, errors: log)
        var found: UInt16?
        try await eventually("the network stands") {
            found = (try? String(contentsOfFile: portFile, encoding: .utf8)).flatMap { UInt16($0) }
            return found != nil
        }
        port = try #require(found)
    }

    /// From now on the network is in this mood.
    func turn(_ mood: String) throws {
        try mood.write(toFile: moodFile, atomically: true, encoding: .utf8)
    }

    func end() { child.signal(SIGKILL) }

    deinit { child.signal(SIGKILL) }
}
