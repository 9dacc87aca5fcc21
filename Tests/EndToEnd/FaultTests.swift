// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Daemons that are killed and networks that fail, while a tree is edited without a pause.
    @Suite struct FaultTests {
        /// How often a daemon is killed, or the network changes its mood: `SYNCBOX_ROUNDS`.
        private static let rounds =
            ProcessInfo.processInfo.environment["SYNCBOX_ROUNDS"].flatMap { Int($0) } ?? 50

        /// Edits the source at random, from a seed, until the file `$OUTSIDE/stop` is there.
        private static let churn = #"""
            RANDOM=$SEED
            pick() { set -- *; shift $((RANDOM % $#)); echo "$1"; }
            until [ -e "$OUTSIDE/stop" ]; do
                n=n$((RANDOM % 40)); m=n$((RANDOM % 40))
                case $((RANDOM % 12)) in
                    0 | 1 | 2) [ -d "$n" ] || seq $((RANDOM % 3000)) > "$n" ;;
                    3) mkdir -p "$n" 2> /dev/null || : ;;
                    4) [ ! -d "$n" ] || seq $((RANDOM % 100)) > "$n/$m" 2> /dev/null || : ;;
                    5) rm -rf "$n" ;;
                    6 | 7) [ "$n" = "$m" ] || mv "$n" "$m" 2> /dev/null || : ;;
                    8) [ ! -f "$n" ] || echo more >> "$n" ;;
                    9) [ -d "$n" ] || { seq $((RANDOM % 500)) > .new; mv .new "$n" 2> /dev/null || rm -f .new; } ;;
                    10) [ ! -e "$n" ] || [ ! -e "$m" ] || [ "$n" = "$m" ] || {
                        mv "$n" .aside; mv "$m" "$n" 2> /dev/null || :; mv .aside "$m" 2> /dev/null || mv .aside "$n" || : ; } ;;
                    11) [ -d "$n" ] || head -c $((RANDOM * 20)) /dev/urandom > "$n" ;;
                esac
            done
            """#

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

        /// Runs `body` while the source is edited.
        private func whileEdited(_ mirror: Mirror, seed: Int, _ body: () async throws -> Void) async throws {
            let (source, variables) = (mirror.source, mirror.variables.merging(["SEED": "\(seed)"]) { $1 })
            async let edited = script(Self.churn, in: source, environment: variables)
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            try Data().write(to: URL(filePath: "\(mirror.directory)/stop"))
            _ = try await edited
            try result.get()
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
