// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `syncbox status` as a person sees it.
    @Suite struct WatchTests {
        @Test("At a terminal the watch draws over itself, within its width; elsewhere it adds lines")
        func watch() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource("mkdir d; for i in {1..200}; do echo $i > d/$i; done")
                try await mirror.converges()
                let socket = "\(mirror.clientState)/control.sock"
                let arguments = ["status", "--watch", "--interval", "100ms", "--socket", socket]
                let shown = try await typing([("src", ""), ("idle", ""), ("idle", "^C")], arguments, in: mirror)
                #expect(shown.exitCode == 130)
                #expect(shown.output.contains("\u{1B}[J"))
                let plain = try await run(
                    "/usr/bin/timeout", ["--signal=INT", "1", Binaries.command] + arguments)
                #expect(!plain.output.contains("\u{1B}"))
                #expect(plain.output.hasSuffix("src: idle\n"))
            }
        }

        @Test("Colours are for terminals alone, and for nobody who does not want them")
        func colours() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                let arguments = ["status", "--socket", "\(mirror.clientState)/control.sock"]
                let coloured = try await typing([], arguments, in: mirror, environment: ["NO_COLOR": ""])
                #expect(coloured.output.contains("\u{1B}[32midle\u{1B}[0m\n"))
                for variables in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
                    let plain = try await typing([], arguments, in: mirror, environment: variables)
                    #expect(plain.output.contains("state       idle\n"), "\(variables)")
                }
                #expect(try await run(Binaries.command, arguments).output.contains("state       idle\n"))
            }
        }
    }
}
