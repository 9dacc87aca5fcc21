// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// `preserve = xattrs`.
    @Suite struct AttributesTests {
        private static let entries = """
            mkdir -p d/e; echo 1 > d/a; echo 2 > b; echo 3 > read-only; head -c 300K /dev/urandom > large; ln -s b l
            setfattr -n user.a -v 1 d/a; setfattr -n user.b -v "$(printf 'b%.0s' {1..2000})" large
            setfattr -n user.d -v dir d; setfattr -n user.empty b
            setfacl -m u:1001:rwx,g:1002:r b; setfacl -m u:5:r large; chmod 0640 large
            setfacl -m u:1001:rx d; setfacl -d -m u:1001:rwx,g:7:- d; echo 4 > d/inherits; mkdir d/f
            setfattr -n user.r -v 1 read-only; chmod 0444 read-only
            """

        @Test("Attributes and access control lists are mirrored, change, and move along")
        func attributes() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "xattrs"
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.converges()
                let sent = try #require(try await mirror.clientStatus()?.bytesSent)
                try await mirror.inSource(
                    """
                    setfattr -n user.a -v 2 d/a; setfattr -x user.b large; setfattr -n user.n -v 1 read-only
                    setfacl -b b; setfacl -k d; setfacl -x u:5 large; mv d/inherits e; mv d/f f
                    setfattr -n user.f -v f f; setfacl -m m::r d
                    """)
                try await mirror.converges()
                // Content is not sent again.
                #expect(try #require(try await mirror.clientStatus()?.bytesSent) < sent + 4096)
                try await mirror.inSource("echo more >> large; echo new > b; setfattr -n user.z -v z b; chmod 0600 d/a")
                try await mirror.converges()
            }
        }

        @Test("Together with owners, and with programs' capabilities", .enabled(if: getuid() == 0))
        func owners() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "xattrs owner"
                try await mirror.inSource(Self.entries)
                try await mirror.inSource(
                    """
                    chown 1001:1002 b large d/a; setfattr -n security.capability -v 0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= b
                    chown 1003 d; chmod 4755 d/a; setfacl -m u:8:x d/a
                    """)
                try await mirror.start()
                try await mirror.converges()
                #expect(
                    try await script("getfattr --absolute-names -n security.capability $PWD/b", in: mirror.destination)
                        != "")
                try await mirror.inSource("echo 5 >> b; chown 1004 large")
                try await mirror.converges()
            }
        }

        @Test("The option can be set later, and the client's index may be lost")
        func later() async throws {
            try await withMirror { mirror in
                try await mirror.inSource(Self.entries)
                try await mirror.start()
                try await mirror.converges()
                for preserve in ["xattrs", "", "xattrs"] {
                    _ = try await mirror.client.end(by: SIGTERM)
                    mirror.settings.preserve = preserve
                    try await mirror.startClient()
                    try await mirror.converges()
                    #expect(try await mirror.clientStatus()?.problemCount == 0)
                }
                _ = try await mirror.client.end(by: SIGTERM)
                // A client without its index is another one, for which a server that goes on would hold the share.
                _ = try await mirror.server.end(by: SIGTERM)
                try await mirror.startServer()
                try await script("rm -r client; setfattr -n user.g -v 1 source/b", in: mirror.directory)
                try await mirror.startClient()
                try await mirror.converges()
            }
        }

        @Test(
            "A file system that holds none is a problem of each path that has any; all content is mirrored",
            .enabled("a file system can be mounted") { try await canMount() })
        func cannot() async throws {
            try await withMirror { mirror in
                mirror.settings.preserve = "xattrs"
                try await script("mount -t ramfs -o mode=0755 none destination", in: mirror.directory)
                try await mirror.inSource(
                    "echo 1 > a; setfattr -n user.a -v 1 a; echo 2 > b; mkdir d; setfacl -m u:5:r d")
                try await mirror.start()
                try await mirror.tells { $0.problemCount == 2 }
                let problems = try await mirror.clientStatus()?.problems ?? []
                #expect(problems.map(\.kind) == ["unsupported", "unsupported"])
                #expect(try await script("cat a b; ls -d d", in: mirror.destination) == "1\n2\nd\n")
                try await mirror.inSource("setfattr -x user.a a; setfacl -b d")
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.problemCount == 0)
            }
        }
    }
}
