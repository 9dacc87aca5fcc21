// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Logging
import NIOCore
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Systemd

@testable import SyncboxServer

/// A share in a temporary directory, which goes away with it.
final class TemporaryShare {
    let directory: URL
    let faults = FaultPlan()
    private var open: Share?

    /// An empty share. `inMemory` is for what is tried a thousand times, where a disk would do nothing but take its time.
    init(
        durability: ServerSettings.Durability = .durable, keep: KeepBounds? = nil, inMemory: Bool = false
    ) throws {
        let memory = URL(filePath: "/dev/shm")
        let hasMemory = inMemory && FileManager.default.isWritableFile(atPath: memory.path)
        let place = hasMemory ? memory : FileManager.default.temporaryDirectory
        directory = place.appending(path: "syncbox-\(UUID().uuidString)")
        for name in ["destination", "state"] {
            try FileManager.default.createDirectory(
                at: directory.appending(path: name), withIntermediateDirectories: true)
        }
        open = try Self.open(directory, durability, keep, faults)
    }

    var share: Share {
        guard let open else { preconditionFailure("the share is being restarted") }
        return open
    }

    deinit {
        // While the catalog is being closed its files come and go, which a removal stumbles over.
        open = nil
        for _ in 0..<3 where (try? FileManager.default.removeItem(at: directory)) == nil {}
    }

    var destination: URL { directory.appending(path: "destination") }
    var database: String { directory.appending(path: "state/catalog.sqlite").path }

    private static func open(
        _ directory: URL, _ durability: ServerSettings.Durability, _ keep: KeepBounds?, _ faults: FaultPlan
    ) throws -> Share {
        let catalog = try Catalog(path: directory.appending(path: "state/catalog.sqlite").path, durability: durability)
        let root = try Root(opening: directory.appending(path: "destination").path, faults: faults)
        let staging = try Staging(in: root, keeping: Set(catalog.uploads().keys))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let heartbeat = Heartbeat(interval: nil, notifier: Notifier(), logger: logger)
        let share = try Share(
            name: "src", tree: DestinationTree(root: root, staging: staging), catalog: catalog, durability: durability,
            keep: keep, pulse: heartbeat.pulse("commit"), logger: logger)
        if catalog.wasLeftOpen { try share.checkCatalog() }
        return share
    }

    /// Lets go of everything as a kill would, does something to the files, and opens the share anew.
    func restart(_ meanwhile: () throws -> Void = {}) throws {
        let durability = share.durability
        let keep = share.kept.bounds
        open = nil
        faults.restart()
        try meanwhile()
        open = try Self.open(directory, durability, keep, faults)
    }

    /// A key that permits everything, or what is said.
    static func caller(_ permissions: Set<ServerSettings.Permission> = [.read, .write, .delete]) -> Caller {
        let digest = ContentDigest.of(Array("secret".utf8))
        return Caller(
            name: "laptop", key: ServerSettings.Key(hash: digest, shares: .all, permissions: permissions))
    }

    /// Sends the changes as one batch on the share's state, or on `base`.
    func send(
        _ changes: [Change], base: ShareState? = nil,
        permissions: Set<ServerSettings.Permission> = [.read, .write, .delete]
    ) async throws -> CommitBatch.Result {
        var encoder = BatchEncoder(base: base ?? share.catalog.summary.state)
        for change in changes { encoder.append(change) }
        return try await send(body: encoder.finish(), permissions: permissions)
    }

    func send(
        body: [UInt8], permissions: Set<ServerSettings.Permission> = [.read, .write, .delete]
    ) async throws -> CommitBatch.Result {
        try await CommitBatch(share: share, caller: Self.caller(permissions))
            .run(RequestBody(buffer: ByteBuffer(bytes: body)))
    }

    /// The outcomes of a batch that is in turn; one that failed as a whole stands at each of its changes.
    func outcomes(
        _ changes: [Change], permissions: Set<ServerSettings.Permission> = [.read, .write, .delete]
    ) async throws -> [Outcome] {
        switch try await send(changes, permissions: permissions) {
        case .committed(let reply): return reply.outcomes
        case .conflict: return []
        case .failed(let kind, let text): return changes.map { _ in .problem(kind, text) }
        }
    }

    /// What the catalog says there is, one line for each entry.
    func catalogLines() throws -> [String: String] {
        var lines: [String: String] = [:]
        var last: RelativePath?
        while true {
            let page = try share.catalog.page(after: last)
            for item in page.items { lines[item.path.description] = Self.line(item.entry) }
            if page.isLast { return lines }
            last = page.items.last?.path
        }
    }

    /// What the destination has, found by lstat(2) and reading, without any code of the project.
    func diskLines() throws -> [String: String] {
        try DiskTree.lines(destination.path)
    }

    /// What the trash has, found in the same way: by version and path.
    func trashLines() throws -> [String: String] {
        let trash = destination.appending(path: ".syncbox/trash").path
        return FileManager.default.fileExists(atPath: trash) ? try DiskTree.lines(trash) : [:]
    }

    /// What is kept, the newest first, one line for each entry: `removed d/x file 5`.
    func keptLines(_ path: RelativePath = .root) throws -> [String] {
        try KeptWalk.page(of: share.kept.trash, at: path, after: nil).entries.map { entry in
            let size = entry.size.map { " \($0)" } ?? ""
            return "\(entry.reason) \(entry.path) \(entry.kind.rawValue)\(size)"
        }
    }

    static func digest(_ text: String) -> String {
        ContentDigest.of(Array(text.utf8)).hex
    }

    static func line(_ entry: Entry) -> String {
        let time = "\(entry.modified.seconds).\(entry.modified.nanoseconds)"
        switch entry.kind {
        case .file: return "file \(String(entry.mode, radix: 8)) \(time) \(entry.size) \(entry.digest?.hex ?? "-")"
        case .directory: return "directory \(String(entry.mode, radix: 8)) \(time)"
        case .symbolicLink: return "link \(time) \(PrintableBytes.text(entry.target))"
        }
    }
}
