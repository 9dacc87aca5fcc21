// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// What is not mirrored.
    @Suite struct SpecialTests {
        @Test("Pipes and sockets are skipped and counted")
        func special() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("mkfifo pipe; echo 1 > a")
                try await mirror.start()
                try await mirror.converges(excluding: ["pipe"])
                // A name that was mirrored goes when something special takes it.
                try await mirror.inSource("rm a; mkfifo a; mkfifo other; mkdir d; echo 2 > d/b; mkfifo d/pipe")
                try await mirror.converges(excluding: ["pipe", "a", "other"])
                #expect(try await mirror.clientStatus()?.special ?? 0 >= 1)
            }
        }

        @Test("A path that is too long is a problem, and everything else is mirrored")
        func tooLong() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.inSource(
                    """
                    echo 1 > before
                    (for i in {1..25}; do d=$(printf 'd%.0s' {1..200}); mkdir $d; cd ./$d; echo $i > f; done)
                    echo 2 > after
                    """)
                try await eventually("the file beside it is mirrored") {
                    FileManager.default.fileExists(atPath: "\(mirror.destination)/after")
                }
                try await eventually("it is a problem") { try await mirror.clientStatus()?.problemCount ?? 0 > 0 }
                try await mirror.inSource("rm -r d*")
                try await mirror.converges()
            }
        }

        @Test("Ignored names are not mirrored, by the settings' patterns and by ignore files that change meanwhile")
        func ignored() async throws {
            try await withMirror { mirror in
                mirror.settings.patterns = "*.tmp build/"
                try await mirror.inSource(
                    """
                    mkdir -p build a/build a/b; echo 1 > x.tmp; echo 2 > build/y; echo 3 > a/build/z; echo 4 > a/b/c.log
                    echo 5 > a/b/keep.log; echo '*.log\n!keep.log' > /dev/null
                    printf '*.log\\n!keep.log\\n' > a/.syncboxignore
                    """)
                try await mirror.start()
                try await mirror.converges(excluding: ["*.tmp", "build/", "/a/b/c.log"])

                // Taken out of the rules, it comes; taken in, it stays as it is.
                try await mirror.inSource(
                    "printf '*.txt\\n' > a/.syncboxignore; echo 6 > a/b/d.txt; echo 7 > a/b/e.log")
                try await mirror.converges(excluding: ["*.tmp", "build/", "*.txt"])
                try await mirror.inSource("rm a/.syncboxignore; mkdir -p build/more; echo 8 > build/more/9")
                try await mirror.converges(excluding: ["*.tmp", "build/"])
                try await mirror.inSource("mv build built; mkdir build; echo 10 > x; mv x.tmp x")
                try await mirror.converges(excluding: ["*.tmp", "build/"])

                mirror.settings.patterns = "*.tmp"
                try mirror.writeClientSettings()
                try mirror.client.signal(SIGHUP)
                try await mirror.converges(excluding: ["*.tmp"])
            }
        }
    }
}
