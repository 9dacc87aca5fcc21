// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

/// What becomes of a catalog whose destination can't be looked at everywhere.
@Suite("Comparing the catalog with a destination that can't be seen wholly") struct CatalogCheckTests {
    private static let paths = ["a", "d", "d/e", "d/e/f", "g"]

    /// A server with a few entries that are recorded and durable.
    private func server(_ paths: [String] = paths) throws -> SimulatedServer {
        let tree = SimulatedTree(now: Timestamp(seconds: 1_000))
        let server = SimulatedServer(tree: SimulatedDestination(tree: tree, seed: 1), epoch: 1)
        try send(paths, to: server)
        return server
    }

    private func send(_ paths: [String], to server: SimulatedServer) throws {
        var encoder = BatchEncoder(base: server.state)
        for text in paths { encoder.append(change(World.path(text))) }
        let reply = try server.post(encoder.finish())
        #expect(reply.outcomes.allSatisfy { $0 == .acknowledged })
    }

    private func change(_ path: RelativePath) -> Change {
        let time = Timestamp(seconds: 7)
        let isDirectory = ["d", "e"].contains { path.name.elementsEqual($0.utf8) }
        guard !isDirectory else { return .makeDirectory(path, .directory(mode: 0o755, modified: time)) }
        let digest = Digest.simulated([1], isLarge: false)
        return .put(path, .file(size: 1, digest: digest, mode: 0o644, modified: time), .inline([1]))
    }

    private func doubted(_ server: SimulatedServer) -> [String] {
        server.catalog.all.filter { !$0.entry.isVouched }.map(\.path.description)
    }

    @Test(
        "An entry that can't be looked at is not vouched for, and nothing else changes",
        arguments: [["a"], ["d"], ["d/e"], ["d/e", "d/e/f"], ["d/e/f"], ["a", "g"]])
    func unseen(_ unseen: [String]) throws {
        let server = try server()
        let before = server.state
        server.tree.unseen = Set(unseen.map(World.path))
        try server.checkCatalog()
        #expect(doubted(server) == unseen)
        #expect(server.catalog.all.map(\.path.description) == Self.paths, "everything stays known")
        #expect(server.state != before, "the client has to notice")
        #expect(Set(server.noted.map(\.unseenPath)) == Set(unseen))

        let state = server.state
        try server.checkCatalog()
        #expect(server.state == state, "a second look finds nothing new")

        server.tree.unseen = []
        try send(unseen, to: server)
        #expect(doubted(server) == [])
    }

    @Test("Where hardly anything can be seen everything waits for the disk, and nothing is forgotten")
    func blind() throws {
        let many = CatalogCheck<SimulatedDestination, SimulatedCatalog>.mostUnseen + 2
        let server = try server((0..<many).map { "n\($0)" })
        let before = server.state
        server.tree.unseen = Set(server.catalog.all.map(\.path))
        #expect(throws: FileError.self) { try server.checkCatalog() }
        #expect(server.state == before && doubted(server) == [])

        server.tree.unseen.remove(World.path("n0"))
        #expect(throws: FileError.self) { try server.checkCatalog() }
        #expect(server.state == before && doubted(server) == [])
    }

    @Test(
        "A move that a crash cut off is told by its old place where its new one can't be seen",
        arguments: [true, false])
    func movedUnseen(hasMoved: Bool) throws {
        let server = try server()
        for note in Intent.notes(of: [.move(World.path("d"), to: World.path("m"))], on: server.state.sequence) {
            _ = try server.tree.stageIntent(note)
        }
        if hasMoved { try server.tree.move(World.path("d"), to: World.path("m"), kind: .directory) }
        server.tree.unseen = [World.path("m")]
        try server.checkCatalog()
        let place = hasMoved ? "m" : "d"
        #expect(
            server.catalog.all.map(\.path.description).sorted()
                == ["a", "g", place, "\(place)/e", "\(place)/e/f"].sorted())
        #expect(doubted(server) == (hasMoved ? ["m"] : []))
    }
}

extension CommitNote {
    /// The path of what could not be looked at; nothing for other notes.
    fileprivate var unseenPath: String { if case .unseen(let path, _) = self { path.description } else { "" } }
}
