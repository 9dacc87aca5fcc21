// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Systemd
import Testing

@testable import SyncboxServer

@Suite("Opening a share") struct OpenShareTests {
    private let temporary: TemporaryDirectory
    private var directory: URL { temporary.place }

    init() throws {
        temporary = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            at: directory.appending(path: "destination"), withIntermediateDirectories: true)
    }

    private var destination: String { directory.appending(path: "destination").path }

    private func open(_ path: String? = nil) throws -> Share {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let context = DaemonContext(logger: logger, logThreshold: LogThreshold(.critical))
        return try OpenShare(stateDirectory: directory.appending(path: "state").path, context: context) {}
            .open("src", ServerSettings.Share(path: path ?? destination))
    }

    private func failure(_ path: String) -> FatalError? {
        do {
            _ = try open(path)
            return nil
        } catch {
            return error as? FatalError
        }
    }

    @Test("It makes the state directory, and is empty")
    func fresh() throws {
        let share = try open()
        #expect(share.description.entries == 0 && share.description.sequence == 0)
        #expect(FileManager.default.fileExists(atPath: directory.appending(path: "state/shares/src.sqlite").path))
    }

    @Test("Without a destination it says how to make one")
    func missing() {
        let place = directory.appending(path: "none").path
        let error = failure(place)
        #expect(error?.exitCode == .noInput)
        #expect(error?.failure == "share src: there is no directory \(place)")
        #expect(error?.remedy == "make it: install -d -o \(geteuid()) -g \(getegid()) \(place)")
    }

    @Test("A file is no destination")
    func file() throws {
        let place = directory.appending(path: "file").path
        #expect(FileManager.default.createFile(atPath: place, contents: nil))
        #expect(failure(place)?.exitCode == .noInput)
    }

    @Test("A second server does not get it")
    func second() throws {
        let share = try open()
        #expect(failure(destination)?.exitCode == .unavailable)
        withExtendedLifetime(share) {}
    }

    @Test(
        "What may not be written says which line mends it",
        arguments: [
            (EACCES, ExitCode.noPermission, "chown \(geteuid()):\(getegid()) /srv/x"),
            (EROFS, .cannotCreate, "/etc/systemd/system/syncbox-server.service.d/share-src.conf"),
            (EROFS, .cannotCreate, "[Service] and ReadWritePaths=/srv/x, then: systemctl daemon-reload"),
            (ENOENT, .noInput, "install -d -o \(geteuid()) -g \(getegid()) /srv/x"), (EIO, .inputOutput, ""),
        ])
    func remedies(errno: Int32, code: ExitCode, remedy: String) {
        let error = OpenShare.fatal(
            FileError(errno: errno, operation: "mkdir", path: nil), share: "src", path: "/srv/x")
        #expect(error.exitCode == code)
        #expect(remedy.isEmpty || error.remedy?.contains(remedy) ?? false, "\(error)")
        #expect(!(error.remedy ?? "").contains("ProtectHome"))
    }

    @Test("What lies in a home says that the unit may hide it")
    func home() {
        let error = OpenShare.fatal(
            FileError(.notFound, operation: "open", path: nil), share: "src", path: "/home/ann/mirror")
        #expect(error.remedy?.contains("ProtectHome=no") ?? false)
    }

    @Test("A directory that is not the catalog's is refused: its file system may not be mounted")
    func otherDirectory() async throws {
        do {
            let share = try open()
            try share.catalog.transaction { transaction in
                try transaction.record(.file("x"), at: "x", imprint: Imprint(inode: 1, born: 2, changed: 3))
            }
        }
        try FileManager.default.removeItem(atPath: destination)
        try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: false)
        let error = failure(destination)
        #expect(error?.exitCode == .noInput)
        #expect(error?.remedy?.contains("is its file system mounted?") ?? false)
        // What the remedy says helps.
        try FileManager.default.removeItem(at: directory.appending(path: "state"))
        #expect(failure(destination) == nil)
        #expect(failure(destination) == nil)
    }

    @Test("A damaged catalog is kept aside, and a new one begun that is told from the old one", arguments: [0, 5000])
    func damaged(offset: UInt64) async throws {
        let epoch: UInt64
        do {
            let share = try open()
            epoch = share.catalog.summary.state.epoch
            // Enough for the damage to hit something, and moved into the database's own file.
            try share.catalog.transaction { transaction in
                for number in 0..<2000 {
                    let imprint = Imprint(inode: 1, born: 2, changed: 3)
                    try transaction.record(.file("x"), at: RelativePath("\(number)"), imprint: imprint)
                }
            }
            try share.catalog.checkpoint()
        }
        let database = directory.appending(path: "state/shares/src.sqlite")
        let file = try FileHandle(forUpdating: database)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xAA, count: 20_000))
        try file.close()
        let share = try open()
        #expect(share.catalog.summary.state.epoch != epoch)
        #expect(share.catalog.summary.entries == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: database.deletingLastPathComponent().path)
        #expect(names.contains { $0.hasPrefix("src.sqlite.damaged-") })
    }
}

@Suite("A reload") struct ReloadServerTests {
    private let old = ServerSettings(
        stateDirectory: "/s", shares: ["a": .init(path: "/a"), "b": .init(path: "/b")],
        keys: ["k": .init(hash: ContentDigest.of([]), shares: .all, permissions: [])])

    @Test("What can't be taken over is named, and what can isn't")
    func needingRestart() {
        var new = old
        new.keys = [:]
        new.logLevel = .debug
        new.shares["a"]?.durability = .relaxed
        #expect(ReloadServer.needingRestart(from: old, to: new) == [])
        new.listen = .unix(path: "/x")
        new.stateDirectory = "/t"
        new.shares["b"] = nil
        new.shares["a"]?.path = "/aa"
        new.shares["c"] = .init(path: "/c")
        #expect(
            ReloadServer.needingRestart(from: old, to: new) == [
                "[server] listen", "[server] state-directory", "[share:a] path", "[share:b] path", "[share:c] path",
            ])
    }
}
