// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// What happened while a daemon was down, or what it remembered is lost.
    @Suite struct RestartTests {
        private static let before = """
            mkdir -p a/b c; for i in {1..20}; do echo $i > a/$i; echo $i > a/b/$i; done; echo 1 > same; ln -s x link
            """
        private static let changes = """
            echo new > new; echo edited > a/1; rm a/2; mv a/3 a/moved; mv a/b bee; rm -r c; mkdir c; echo 2 > c/2
            ln -sfn y link; chmod 0600 a/4; touch -d 2002-02-02 a/5; printf 'six\\n' > a/6
            """

        @Test("What happened while the client was down is mended when it starts", arguments: [SIGTERM, SIGKILL])
        func reconcile(signal: Int32) async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.before)
                try await mirror.start()
                try await mirror.converges()
                let code = try await mirror.client.end(by: signal)
                #expect(code == (signal == SIGTERM ? 0 : SIGKILL))
                try await mirror.inSource(Self.changes)
                try await mirror.startClient()
                try await mirror.converges()
            }
        }

        @Test("With startup=push what was added or edited meanwhile is sent, and nothing is removed")
        func push() async throws {
            try await withMirror { mirror in
                mirror.settings.startup = "push"
                try await mirror.inSource("echo 1 > kept; echo 2 > edited; mkdir d; echo 3 > d/kept")
                try await mirror.start()
                try await mirror.converges()
                try await mirror.client.end()
                try await mirror.inSource("rm kept; rm -r d; echo 4 > edited; echo 5 > added")
                try await mirror.startClient()
                try await mirror.converges(keeping: ["/kept", "/d"])
                try await script("cat kept d/kept", in: mirror.destination)
                // From now on removals count.
                try await mirror.inSource("rm edited")
                try await mirror.converges(keeping: ["/kept", "/d"])
            }
        }

        @Test("With startup=watch only what happens from now on is mirrored")
        func watch() async throws {
            try await withMirror { mirror in
                mirror.settings.startup = "watch"
                try await mirror.inSource("echo 1 > old; mkdir d; echo 2 > d/old")
                try await mirror.start()
                try await mirror.inSource("echo 3 > new; echo 4 > d/new")
                try await mirror.converges(excluding: ["old"])
            }
        }

        @Test("What is at the destination already is left alone, but where something else has to be")
        func extra() async throws {
            try await withMirror { mirror in
                try await script(
                    """
                    mkdir -p extra/deep dir-to-file/x link-to-dir-target; echo 1 > extra/deep/1; echo 2 > file-to-dir
                    echo 3 > dir-to-file/x/y; ln -s link-to-dir-target link-to-dir; ln -s extra/deep/1 link-to-file
                    echo 4 > shared; echo 4 > shared-and-equal; mkdir shared-dir; echo 5 > shared-dir/extra
                    echo 6 > file-to-link
                    """, in: mirror.destination)
                try await mirror.inSource(
                    """
                    mkdir -p file-to-dir link-to-dir shared-dir; echo a > file-to-dir/a; echo b > dir-to-file
                    echo c > link-to-dir/c; echo d > link-to-file; echo e > shared; echo 4 > shared-and-equal
                    echo f > shared-dir/f; ln -s nowhere file-to-link
                    """)
                try await mirror.start()
                try await mirror.converges(keeping: ["/extra", "/link-to-dir-target", "/shared-dir/extra"])
                #expect(try await script("cat extra/deep/1 shared-dir/extra", in: mirror.destination) == "1\n5\n")
                #expect(try await script("ls link-to-dir-target", in: mirror.destination).isEmpty)
            }
        }

        @Test("A lost index is made anew")
        func lostIndex() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.before)
                try await mirror.start()
                try await mirror.converges()
                try await mirror.client.end()
                try FileManager.default.removeItem(atPath: mirror.clientState)
                try await mirror.inSource(Self.changes)
                try await mirror.startClient()
                try await mirror.converges()
            }
        }

        @Test("A lost catalog is made anew")
        func lostCatalog() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.before)
                try await mirror.start()
                try await mirror.converges()
                try await mirror.server.end()
                try FileManager.default.removeItem(atPath: mirror.serverState)
                try await mirror.inSource("echo new > new; echo edited > a/1; chmod 0600 a/4; mkdir e")
                try await mirror.startServer()
                try await mirror.converges()
                try await mirror.inSource(Self.changes)
                try await mirror.converges()
            }
        }

        @Test("When the kernel drops events, the source is looked at again")
        func overflow() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.before)
                try await mirror.start()
                try await mirror.converges()
                try mirror.client.signal(SIGSTOP)
                // Each of them is made, written and closed: three events.
                try await mirror.inSource(
                    """
                    most=$(cat /proc/sys/fs/inotify/max_queued_events)
                    for ((i = 0; i <= most / 3; i++)); do echo $i > c/$i; done
                    \(Self.changes)
                    """)
                try mirror.client.signal(SIGCONT)
                try await mirror.converges(within: .seconds(120))
                #expect(try mirror.clientLog().contains("dropped events"))
            }
        }
    }
}
