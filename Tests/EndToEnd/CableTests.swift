// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Two machines with nothing but a bad cable between them.
    @Suite(
        .enabled("namespaces with a cable between them can be made (root, iproute2, python3, /dev/net/tun)") {
            try await BadCable.canBeLaid()
        })
    struct CableTests {
        /// How often the cable goes through all its moods: `SYNCBOX_ROUNDS`.
        private static let rounds = ProcessInfo.processInfo.environment["SYNCBOX_ROUNDS"].flatMap { Int($0) } ?? 5

        private static let moods = [
            "delay=20 jitter=30", "loss=5 double=30 damage=10 delay=2 jitter=10", "loss=20", "down=1", "", "loss=100",
            "rate=500 delay=5",
        ]

        @Test(
            "A cable that delays, loses, reorders, doubles and damages packets, and is pulled out, loses nothing",
            .tags(.heavy), .enabled(if: runsHeavyTests))
        func moods() async throws {
            try await withMirror { mirror in
                let cable = try await BadCable(of: mirror)
                mirror.settings.longestRetry = "200ms"
                try await mirror.start()
                try await whileEdited(mirror, seed: 3) {
                    for _ in 1...Self.rounds {
                        for mood in Self.moods {
                            try cable.turn(mood)
                            // The pause is the input: how long the cable is so.
                            try await Task.sleep(for: .milliseconds(.random(in: 100...300)))
                        }
                    }
                }
                try cable.turn("")
                try await mirror.converges(within: .seconds(90))
                for kind in ["lost", "doubled", "damaged"] { #expect(try cable.harm()[kind] ?? 0 > 0, "\(kind)") }
                cable.end()
            }
        }

        @Test("A large file goes on where it was when the cable was cut, though the server was another one meanwhile")
        func cut() async throws {
            try await withMirror { mirror in
                let size = 12_000_000
                let cable = try await BadCable(of: mirror)
                try await mirror.start()
                try await mirror.converges()
                try cable.turn("rate=6000")
                try await mirror.inSource("head -c \(size) /dev/urandom > large; echo 1 > small")
                try await eventually("a part of it is there") { try await mirror.staged() > size / 4 }
                try cable.turn("loss=100")
                try await mirror.server.end(by: SIGKILL)
                try await mirror.startServer()
                try await mirror.inSource("mkdir d; mv small d/small; echo 2 > other")
                #expect(try await script("ls small", in: mirror.destination) == "small\n", "it was cut")
                let staged = try await mirror.staged()
                #expect(staged > size / 4 && staged < size, "it was cut on its way, and is kept")
                try cable.turn("")
                try await mirror.converges()
                // What had arrived is not sent again, but for the part that was on its way.
                let sent = try #require(try await mirror.clientStatus()?.bytesSent)
                #expect(sent < size + size / 4)
                cable.end()
            }
        }
    }
}

extension Mirror {
    /// How many bytes the server has staged of what is on its way.
    fileprivate func staged() async throws -> Int {
        let text = try await script(
            "find .syncbox -type f -printf '%s\\n' 2> /dev/null | awk '{ n += $1 } END { print n + 0 }'",
            in: destination)
        return Int(text.filter(\.isNumber)) ?? 0
    }
}
