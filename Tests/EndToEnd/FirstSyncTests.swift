// SPDX-License-Identifier: Apache-2.0

import Testing

extension Mirroring {
    /// A source that is full from the start.
    @Suite struct FirstSyncTests {
        @Test(
            "Ten thousand files of a real system are mirrored at the start", .tags(.heavy), .enabled(if: runsHeavyTests)
        )
        func realFiles() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("cp -a /usr/include include; cp -a /usr/share/doc doc")
                let count = try await mirror.inSource("find . | wc -l").split(separator: "\n").first
                #expect(count.flatMap { Int($0) } ?? 0 > 10_000)
                try await mirror.start()
                try await mirror.converges(within: .seconds(120))
            }
        }

        @Test("An empty source is at rest at once")
        func empty() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.problemCount == 0)
            }
        }
    }
}
