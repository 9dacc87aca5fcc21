// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Daemons whose clock is set forth and back by hours, while they run and while they don't.
    @Suite(.enabled("a C compiler is there") { try await WrongClock.canBeMade() })
    struct ClockTests {
        /// How many hours the client's clock, and the server's, is wrong, one step after the other.
        private static let steps = [(0, 0), (3, 0), (-2, 5), (-2, -5), (40, -5), (0, 1), (-9000, 9000), (0, 0)]

        @Test("Clocks that are set by hours on either side hold nothing up, and lose nothing")
        func steps() async throws {
            try await withMirror { mirror in
                let clocks = [try await WrongClock(in: mirror, "client"), try await WrongClock(in: mirror, "server")]
                (mirror.clientPrefix, mirror.serverPrefix) = (clocks[0].prefix, clocks[1].prefix)
                try await mirror.inSource("mkdir d; printf 0 > same; touch -d 2001-02-03 same; seq 100 > d/a")
                try await mirror.start()
                for (number, hours) in Self.steps.enumerated() {
                    try clocks[0].set(hours.0)
                    // What is on its way meets the other clock on its way.
                    try await mirror.inSource(Self.edits(number))
                    try clocks[1].set(hours.1)
                    let waited = try await mirror.command("wait", "--timeout", "30s")
                    #expect(waited.exitCode == 0, "\(hours): \(waited.all)")
                    #expect(try await Trees.difference(mirror.source, mirror.destination) == "", "\(hours)")
                    try await eventually("the client is fresh up to what its clock shows: \(hours)") {
                        try await mirror.clientStatus()?.fresh.map { abs(Double($0) - clocks[0].now) < 30 } ?? false
                    }
                }
                // With a clock that is wrong the daemons start, too, and know what they did.
                for (client, server) in [(-24, 24), (24, -24)] {
                    try await mirror.client.end()
                    try await mirror.server.end()
                    try clocks[0].set(client)
                    try clocks[1].set(server)
                    try await mirror.startServer()
                    try await mirror.startClient()
                    try await mirror.converges()
                    #expect(try await mirror.clientStatus()?.bytesSent == 0)
                }
            }
        }

        @Test("How far the server is never goes back, and when it was told so is what its own clock shows")
        func freshness() async throws {
            try await withMirror { mirror in
                let clocks = [try await WrongClock(in: mirror, "client"), try await WrongClock(in: mirror, "server")]
                (mirror.clientPrefix, mirror.serverPrefix) = (clocks[0].prefix, clocks[1].prefix)
                try await mirror.start()
                var furthest = 0.0
                for (number, hours) in [(0, 0), (3, -3), (-3, 3), (0, 0)].enumerated() {
                    try clocks[0].set(hours.0)
                    try clocks[1].set(hours.1)
                    try await mirror.inSource("echo \(number) > file")
                    try await eventually("the server was told: \(hours)") {
                        guard let fresh = try await mirror.serverStatus()?.shares.first?.description.fresh,
                            let instant = Double(fresh.instant), let received = Double(fresh.received)
                        else { return false }
                        #expect(instant >= furthest, "\(hours)")
                        furthest = max(furthest, instant)
                        return abs(received - clocks[1].now) < 30 && instant > clocks[0].now - 30
                    }
                }
            }
        }

        /// Files that change twice in the same instant, and that are from the future or the past.
        private static func edits(_ number: Int) -> String {
            """
            printf \(number % 10) > same; touch -d 2001-02-03 same
            printf 1 > twice; printf 2 > twice; printf 3 > other; mv other twice; printf \(number % 10) > twice
            echo \(number) > future; touch -d '+\(number + 1) hours' future; echo \(number) > past; touch -d 1970-01-02 past
            mkdir -p d/\(number)/e; mv d/a d/\(number)/e/a; mv d/\(number)/e/a d/a; echo \(number) >> d/a
            touch -d '+2 years' d; rm -rf d/\(number - 1)
            """
        }
    }
}

/// A clock that shows another time than the machine's, to one daemon. What is measured by the monotonic clock it leaves alone.
private final class WrongClock {
    private let file: FileHandle
    private var hours = 0
    /// What a command is started by for which the clock is.
    let prefix: [String]

    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixture/wrong-clock.c").path

    /// Whether the library can be made that is needed for it.
    static func canBeMade() async throws -> Bool {
        try await run("/bin/sh", ["-c", "command -v cc"]).exitCode == 0
    }

    init(in mirror: Mirror, _ name: String) async throws {
        let (path, library) = ("\(mirror.directory)/\(name).clock", "\(mirror.directory)/wrong-clock.so")
        try Data(count: MemoryLayout<Int64>.size).write(to: URL(filePath: path))
        file = try #require(FileHandle(forWritingAtPath: path))
        let made = try await run("/usr/bin/env", ["cc", "-shared", "-fPIC", "-O", "-o", library, Self.program])
        try #require(made.exitCode == 0, "\(made.all)")
        prefix = ["/usr/bin/env", "LD_PRELOAD=\(library)", "WRONG_CLOCK=\(path)"]
    }

    /// Sets the clock so many hours fast.
    func set(_ hours: Int) throws {
        self.hours = hours
        try file.seek(toOffset: 0)
        try file.write(contentsOf: withUnsafeBytes(of: Int64(hours * 3600)) { Data($0) })
    }

    /// What it shows, in seconds since the epoch.
    var now: Double { Date().timeIntervalSince1970 + Double(hours) * 3600 }
}
