// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// Deletions that are held back, and let go.
    @Suite struct BrakeTests {
        /// 300 files in one directory and 100 in another, mirrored, with a brake at 50 percent and 50 entries.
        private static func withTree(_ body: (Mirror) async throws -> Void) async throws {
            try await withMirror { mirror in
                mirror.settings.brakePercent = 50
                mirror.settings.brakeCount = 50
                try await mirror.inSource(
                    "mkdir -p big/deep small; touch big/{1..150} big/deep/{1..150} small/{1..100}")
                try await mirror.start()
                try await mirror.converges()
                try await body(mirror)
            }
        }

        @Test("Losing most of a tree live is held; adds and updates go on; a release lets it go")
        func live() async throws {
            try await Self.withTree { mirror in
                // In one step, as a move out of the tree is.
                try await mirror.inSource("mv big $OUTSIDE/big; echo new > small/new; echo edited > small/1")
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count("big") == 301)
                #expect(try await script("cat small/new small/1", in: mirror.destination) == "new\nedited\n")
                #expect(try mirror.clientLog().contains("deletions are held back: 302 of 40"))
                // What else is removed meanwhile is held with it.
                try await mirror.inSource("rm small/2; echo more > more")
                try await mirror.tells { $0.brake?.hasPrefix("303 of") == true && $0.isIdle }
                let waited = try await mirror.command("wait")
                #expect(waited.exitCode == 65)
                #expect(waited.errors.contains("deletions are held"))
                let released = try await mirror.command("release")
                #expect(released.exitCode == 0)
                #expect(released.output.contains("released: 303 of"))
                try await mirror.converges()
                try await mirror.tells { $0.brake == nil }
                #expect(try await mirror.command("release").output.contains("nothing is held"))
            }
        }

        @Test("Removing a build folder is no alarm, however many entries it has by itself or as a part")
        func few() async throws {
            try await Self.withTree { mirror in
                try await mirror.inSource("rm -r small")
                try await mirror.converges()
                #expect(try !mirror.clientLog().contains("held back"))
            }
        }

        @Test("File by file, what is beyond the limit within a minute is held")
        func removedOneByOne() async throws {
            try await Self.withTree { mirror in
                try await mirror.inSource("rm -r big")
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count() > 150)
                // A rescan holds what is still gone, also where the rest by itself is few.
                #expect(try await mirror.command("rescan").exitCode == 0)
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count() > 150)
                try await mirror.command("release")
                try await mirror.converges()
            }
        }

        @Test("Held deletions outlive a restart of the client, and are forgotten when the entries are there again")
        func restart() async throws {
            try await Self.withTree { mirror in
                try await mirror.inSource("mv big $OUTSIDE/big")
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                try await mirror.client.end(by: SIGKILL)
                try await mirror.startClient()
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count("big") == 301)
                try await mirror.inSource("mv $OUTSIDE/big big")
                try await mirror.tells { $0.brake == nil && $0.isIdle }
                try await mirror.converges()
            }
        }

        @Test(
            "What is missing in another directory in the source's place is held, however little; a release lets it go",
            arguments: ["cp -a $OUTSIDE/old source", "cp -a $OUTSIDE/old other; ln -s other source"])
        func otherSource(replacing: String) async throws {
            try await Self.withTree { mirror in
                try await mirror.client.end()
                try await script(
                    "mv source old; \(replacing); rm source/small/1; echo new > source/new", in: mirror.directory,
                    environment: mirror.variables)
                try await mirror.startClient()
                try await mirror.tells {
                    $0.brake?.contains("another directory than before; 1 of") == true && $0.isIdle
                }
                #expect(try await script("cat new; ls small/1", in: mirror.destination) == "new\nsmall/1\n")
                try await mirror.client.end()
                try await mirror.startClient()
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                try await mirror.command("release")
                try await mirror.converges()
                #expect(try await mirror.count("small") == 99)
            }
        }

        @Test("What is gone when the client starts is held as a whole, and a rescan finds that it is there again")
        func start() async throws {
            try await Self.withTree { mirror in
                try await mirror.client.end()
                try await mirror.inSource("mv big $OUTSIDE/big; rm small/1; echo new > new; mv small renamed")
                try await mirror.startClient()
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count("big") == 301)
                // Not one of them went, and what moved has moved.
                let seen = try await script("cat new; ls renamed | wc -l; ls", in: mirror.destination)
                #expect(seen == "new\n100\nbig\nnew\nrenamed\n")
                // Behind the watch's back, as far as a test can.
                try await mirror.inSource("mv $OUTSIDE/big big")
                #expect(try await mirror.command("rescan").exitCode == 0)
                try await mirror.tells { $0.brake?.hasPrefix("1 of") == true && $0.isIdle }
                try await mirror.command("release")
                try await mirror.converges()
            }
        }

        @Test("A source that is found empty is unknown, whatever the numbers", arguments: [false, true])
        func emptied(hasLostAndFound: Bool) async throws {
            try await withMirror { mirror in
                mirror.settings.brakePercent = 100
                try await mirror.inSource("mkdir d; echo 1 > d/a; echo 2 > b")
                try await mirror.start()
                try await mirror.converges()
                try await mirror.client.end()
                try await mirror.inSource("rm -r d b" + (hasLostAndFound ? "; mkdir lost+found" : ""))
                try await mirror.startClient()
                try await mirror.tells { $0.brake?.contains("found empty") == true && $0.isIdle }
                #expect(try await script("cat d/a b", in: mirror.destination) == "1\n2\n")
                try await mirror.inSource("echo 3 > c")
                try await eventually("what is added is mirrored") {
                    FileManager.default.fileExists(atPath: "\(mirror.destination)/c")
                }
                try await mirror.command("release")
                try await mirror.converges()
            }
        }

        @Test("Who empties the source while the client sees it empties the destination")
        func emptiedLive() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("mkdir d; echo 1 > d/a; echo 2 > b")
                try await mirror.start()
                try await mirror.converges()
                try await mirror.inSource("rm -r d b")
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.brake == nil)
            }
        }

        @Test("A file in the place of a directory is its deletion")
        func replaced() async throws {
            try await Self.withTree { mirror in
                try await mirror.inSource("mv big $OUTSIDE/big; echo file > big")
                try await mirror.tells { $0.brake != nil && $0.isIdle }
                #expect(try await mirror.count("big") == 301)
                try await mirror.command("release")
                try await mirror.converges()
            }
        }
    }
}
