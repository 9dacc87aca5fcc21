// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `syncbox audit` between two real directories.
    @Suite struct AuditTests {
        private static let tree = """
            mkdir -p d/e; echo 1 > edited; echo 2 > d/removed; echo 3 > d/e/f; echo 4 > to-directory; echo 5 > to-link
            ln -s edited link; head -c 400000 /dev/urandom > large; echo same > kept
            """
        private static let harm = """
            echo other > edited; rm d/removed; rm to-directory; mkdir to-directory; echo x > to-directory/x
            rm to-link; ln -s edited to-link; echo foreign > d/foreign; printf X | dd of=large bs=1 seek=7 conv=notrunc status=none
            touch -r kept large
            """

        @Test("What somebody else did at the destination is found, told, and mended")
        func repair() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.tree)
                try await mirror.start()
                try await mirror.converges()
                let clean = try await mirror.command("audit", "--content", "--rate", "1G")
                #expect(clean.exitCode == 0, "\(clean.all)")
                #expect(clean.output.contains("no drift"))

                try await script(Self.harm, in: mirror.destination)
                let found = try await mirror.command("audit", "--rate", "1G")
                #expect(found.exitCode == 65)
                for line in [
                    "changed  edited", "missing  d/removed", "kind     to-directory", "kind     to-link",
                    "foreign  d/foreign", "changed  large",
                ] {
                    #expect(found.output.contains(line), "\(line) in \(found.output)")
                }
                #expect(!found.output.contains("kept\n") && !found.output.contains("mended"))

                let mended = try await mirror.command("audit", "--repair", "--rate", "1G")
                #expect(mended.exitCode == 0, "what is foreign is no difference: \(mended.all)")
                #expect(mended.output.contains("mended") && mended.output.contains("1 foreign, left alone"))
                #expect(try await mirror.command("wait").exitCode == 0)
                try await mirror.converges(keeping: ["/d/foreign"])
                #expect(try await mirror.command("audit", "--strict", "--rate", "1G").exitCode == 65)
                try await script("rm d/foreign", in: mirror.destination)
                #expect(try await mirror.command("audit", "--repair", "--strict", "--rate", "1G").exitCode == 0)
                let after = try await mirror.command("audit", "--content", "--rate", "1G")
                #expect(after.exitCode == 0, "\(after.all)")
                try await mirror.converges()
            }
        }

        @Test(
            "What is preserved is compared too: owners, attributes, and which names are one file",
            .enabled(if: getuid() == 0))
        func preserved() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "owner xattrs hard-links"
                try await mirror.inSource(
                    """
                    mkdir -p d/e; echo 1 > d/a; ln d/a b; ln d/a d/e/c; head -c 300K /dev/urandom > large; ln large d/l
                    ln -s b link; echo 2 > alone; chown 1001:1002 d/e alone; chown -h 1003 link
                    setfattr -n user.a -v 1 d; setfattr -n user.b -v 2 alone; setfacl -m u:1001:r large
                    """)
                try await mirror.start()
                try await mirror.converges()
                let clean = try await mirror.command("audit", "--content", "--rate", "1G")
                #expect(clean.exitCode == 0 && clean.output.contains("no drift"), "\(clean.all)")
                try await script(
                    """
                    chown 7 d/e; chown -h 8:9 link; setfattr -x user.a d; setfattr -n user.b -v 3 alone; setfacl -b large
                    cp -p d/e/c t; mv t d/e/c
                    """, in: mirror.destination)
                let found = try await mirror.command("audit", "--rate", "1G")
                #expect(found.exitCode == 65)
                // The names of one file have its attributes in common.
                for path in ["d/e", "link", "d", "alone", "large", "d/l", "d/e/c"] {
                    #expect(found.output.contains("changed  \(path)\n"), "\(path) in \(found.output)")
                }
                #expect(!found.output.contains("changed  b\n"))
                #expect(try await mirror.command("audit", "--repair", "--rate", "1G").exitCode == 0)
                #expect(try await mirror.command("wait").exitCode == 0)
                try await mirror.converges()
                let after = try await mirror.command("audit", "--content", "--rate", "1G")
                #expect(after.exitCode == 0 && after.output.contains("no drift"), "\(after.all)")
            }
        }

        @Test("One audit runs at a time, and changes are mirrored meanwhile")
        func goesOn() async throws {
            try await withMirror { mirror in
                try await mirror.inSource("head -c 3M /dev/urandom > large")
                try await mirror.start()
                try await mirror.converges()
                let slow = mirror.beginCommand("audit", "--content", "--rate", "1M")
                try await Task.sleep(for: .milliseconds(700))
                #expect(try await mirror.command("audit").exitCode == 75)
                try await mirror.inSource("echo 1 > a")
                #expect(try await mirror.command("wait").exitCode == 0)
                #expect(try await script("cat a", in: mirror.destination) == "1\n")
                let ended = try await slow.value
                #expect(ended.exitCode == 0, "\(ended.all)")
            }
        }

        @Test("Without its server an audit says so")
        func noServer() async throws {
            try await withMirror { mirror in
                try await mirror.start()
                try await mirror.converges()
                try await mirror.server.end()
                let ended = try await mirror.command("audit")
                #expect(ended.exitCode == 75)
                #expect(ended.errors.contains("did not come to its end"))
            }
        }
    }
}
