// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Deletions and replacements that are kept, and brought back by `syncbox restore`.
    @Suite struct RestoreTests {
        @Test("What was deleted and replaced is listed and brought back, and is mirrored again")
        func roundTrip() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.tree)
                try await startKeeping(mirror)
                try await mirror.converges()
                try await script("cp -a source before", in: mirror.directory)

                try await mirror.inSource("echo new > report")
                try await mirror.converges()
                try await mirror.inSource("rm link; rm -r docs; mv large report")
                try await mirror.converges()

                let listed = try await restore(mirror, ["--json"])
                let kept = try JSONDecoder().decode([Kept].self, from: Data(listed.output.utf8))
                let versions = kept.filter { $0.path == "report" }
                #expect(versions.map(\.reason) == ["replaced", "replaced"])
                #expect(
                    Set(kept.map(\.path)).isSuperset(of: ["link", "docs", "docs/a/deep", "docs/%FF%0A", "docs/empty"]))
                let lines = try await restore(mirror, ["docs", "--list"]).output.split(separator: "\n")
                #expect(lines.count == 5 && lines.allSatisfy { $0.contains("  removed   ") })

                // A tree, a link, the older of two versions; what is there is left alone first.
                #expect(try await restore(mirror, ["docs"]).exitCode == 0)
                #expect(try await restore(mirror, ["\(mirror.source)/link"]).exitCode == 0)
                let oldest = try #require(versions.last?.version)
                #expect(try await restore(mirror, ["report", "--version", oldest]).exitCode == 73)
                #expect(try await restore(mirror, ["report", "--version", oldest, "--force"]).exitCode == 0)
                let large = try await restore(mirror, ["report", "--output", "\(mirror.directory)/newest"])
                #expect(large.exitCode == 0)
                try await mirror.converges()
                try await script(
                    #"mv before/large . && cmp large newest && mv large before/large-again && mv newest source/large-again"#,
                    in: mirror.directory)
                _ = try await script(Self.compare, in: mirror.directory)
            }
        }

        @Test("A key that may not read is told how to be mended; nothing kept and no such instance are told apart")
        func refusals() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("echo 1 > a")
                try await mirror.start()
                try await mirror.converges()
                let refused = try await restore(mirror, [])
                #expect(refused.exitCode == 77)
                #expect(refused.errors.contains("does not permit to read from share src"))
                #expect(refused.errors.contains("--key-file"))
                let key = "\(mirror.directory)/reader.key"
                let made = try await run(
                    Binaries.command, ["key", "new", "r", "--share", "src", "--permission", "read", "--output", key])
                let settings = try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8)
                try (settings + "\n" + made.output).write(
                    toFile: mirror.serverConfiguration, atomically: true, encoding: .utf8)
                try mirror.server.signal(SIGHUP)
                try await eventually("the new key is taken") {
                    try await restore(mirror, ["--key-file", key]).exitCode == 0
                }
                #expect(try await restore(mirror, ["--key-file", key]).output.hasPrefix("nothing is kept"))
                #expect(try await restore(mirror, ["--key-file", key, "--json"]).output == "[]\n")
                let nothing = try await restore(mirror, ["a", "--key-file", key])
                #expect(nothing.exitCode == 66)
                #expect(nothing.errors == "syncbox: nothing is kept of a\n")
                try await mirror.server.end()
                #expect(try await restore(mirror, ["--key-file", key]).exitCode == 69)
                #expect(try await run(Binaries.command, ["restore", "no-such-instance"]).exitCode == 66)
            }
        }

        @Test("What is kept outlives a killed server, and goes when its time has come")
        func survives() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("for n in {1..50}; do echo $n > $n; done")
                try await startKeeping(mirror)
                try await mirror.converges()
                try await mirror.inSource("rm ?; rm 1?")
                try await mirror.server.end(by: SIGKILL)
                try await mirror.startServer()
                try await mirror.converges()
                let listed = try await restore(mirror, ["--json"])
                #expect(try JSONDecoder().decode([Kept].self, from: Data(listed.output.utf8)).count == 19)
                // By hand, as if it had been kept long ago.
                try await script(
                    "mkdir destination/.syncbox/trash/20200101T000000.000000Z-removed && cd $_ && echo 1 > old",
                    in: mirror.directory)
                try await mirror.server.end()
                try await mirror.startServer()
                try await eventually("the old version is swept") {
                    !FileManager.default.fileExists(
                        atPath: "\(mirror.destination)/.syncbox/trash/20200101T000000.000000Z-removed")
                }
                #expect(try await restore(mirror, ["19"]).exitCode == 0)
                try await mirror.converges()
            }
        }

        /// What the tests need of a listed entry.
        private struct Kept: Decodable {
            var path: String
            var version: String
            var reason: String
        }

        private static let tree = #"""
            echo old > report
            mkdir -p docs/a docs/empty
            echo deep > docs/a/deep
            printf raw > $'docs/\xFF\n'
            ln -s nowhere link
            head -c 20000000 /dev/urandom > large
            chmod 750 docs
            chmod 600 docs/a/deep
            touch -d '2001-02-03 04:05:06.789' docs/a/deep docs/a docs report
            """#

        /// The source is what it was, with times and modes; but for the file that was moved onto another, and the times of
        /// directories: rm(1) changes these before they go, and that may have been mirrored.
        private static let compare = #"""
            mv source/large-again before/large-again-2 && cmp before/large-again before/large-again-2
            rm before/large-again before/large-again-2
            list() {
                (cd "$1" && find . -mindepth 1 \( -type d -printf '%P %y %m\0' -o -printf '%P %y %m %T@ %l\0' \) |
                    sort -z | tr '\n\0' '\1\n')
            }
            diff <(list before) <(list source) >&2
            cmp before/report source/report
            cmp before/docs/a/deep source/docs/a/deep
            """#

        private func restore(_ mirror: Mirror, _ arguments: [String]) async throws -> Ended {
            try await run(
                Binaries.command, ["restore", "src", "--config", mirror.clientConfiguration] + arguments)
        }

        /// Starts both daemons, with a share that keeps for a week and a key that may read.
        private func startKeeping(_ mirror: Mirror) async throws {
            try await mirror.makeKey()
            let settings = try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8)
                .replacing(
                    "\npath = \(mirror.destination)\n", with: "\npath = \(mirror.destination)\nkeep-deleted = 7d\n"
                )
                .replacing("permissions = write delete", with: "permissions = read write delete")
            try settings.write(toFile: mirror.serverConfiguration, atomically: true, encoding: .utf8)
            try await mirror.startServer()
            try await mirror.startClient()
        }
    }
}
