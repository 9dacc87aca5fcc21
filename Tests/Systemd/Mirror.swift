// SPDX-License-Identifier: Apache-2.0
import Testing

/// A box with the packages installed and set up as their manual pages tell: the source `/srv/src` goes to the share
/// `src` in `/srv/mirror/src`.
struct Mirror: Sendable {
    let box: Box
    let server: Unit
    let client: Unit

    /// Boots a box and installs the packages, but sets nothing up.
    static func withPackages(_ work: (Mirror) async throws -> Void) async throws {
        try await Box.withBox(packages: Packages.directory) { box in
            try await box.run("dpkg -i /srv/packages/*.deb")
            let server = Unit(box: box, name: "syncbox-server.service")
            let client = Unit(box: box, name: "syncbox-client@src.service")
            try await work(Mirror(box: box, server: server, client: client))
        }
    }

    /// The same, set up and started.
    static func withDaemons(_ work: (Mirror) async throws -> Void) async throws {
        try await withPackages { mirror in
            try await mirror.setUp()
            try await mirror.box.run("systemctl start syncbox-server syncbox-client@src")
            try await work(mirror)
        }
    }

    /// Writes the settings of both sides, and a key that both know.
    func setUp() async throws {
        try await box.run(
            """
            install -d -o syncbox-server -g syncbox-server /srv/mirror/src
            install -d /srv/src
            printf '[share:src]\\npath = /srv/mirror/src\\n\\n' >>/etc/syncbox/server.conf
            syncbox key new laptop --share src --output /etc/syncbox/client/src.key >>/etc/syncbox/server.conf
            cp /usr/share/doc/syncbox-client/examples/src.conf /etc/syncbox/client/src.conf
            syncbox check-config /etc/syncbox/server.conf /etc/syncbox/client/src.conf
            """)
    }

    /// Waits until both trees are equal: names, kinds, contents, targets of links, modes.
    func converges(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("the destination equals the source", sourceLocation: sourceLocation) {
            let compare = """
                list() {
                    cd "$1" && find . -mindepth 1 -name .syncbox -prune -o -printf '%y %m %l %P\\n' | LC_ALL=C sort
                }
                diff <(list /srv/src) <(list /srv/mirror/src)
                diff -r --no-dereference -x .syncbox /srv/src /srv/mirror/src
                """
            return try await box.attempt(compare).exitCode == 0
        }
    }
}
