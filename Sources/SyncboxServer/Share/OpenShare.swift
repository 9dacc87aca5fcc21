// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import GRDB
import Glibc
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Opens the shares that the settings name. What is wrong with one is fatal, and told so that it can be mended.
struct OpenShare {
    let stateDirectory: String
    let context: DaemonContext
    /// Called whenever a share's numbers have changed.
    let didChange: @Sendable () -> Void

    /// Opens one share: its destination, its catalog, its staging directory; and compares the two when the last run ended
    /// without closing it. Blocks.
    func open(_ name: String, _ settings: ServerSettings.Share) throws(FatalError) -> Share {
        let root = try atDestination(name, settings.path) { () throws(FileError) in try Root(opening: settings.path) }
        let catalog = try openCatalog(name, settings.durability)
        let uploads: Set<UploadID>
        do { uploads = Set(try catalog.uploads().keys) } catch { throw unusable(name, error) }
        let staging = try atDestination(name, settings.path) { () throws(FileError) in
            try Staging(in: root, keeping: uploads)
        }
        try claim(staging, for: catalog, share: name, path: settings.path)
        let share: Share
        do {
            share = try Share(
                name: name, tree: DestinationTree(root: root, staging: staging), catalog: catalog,
                durability: settings.durability, keep: settings.keep, pulse: context.heartbeat.pulse("commit \(name)"),
                logger: context.logger, didChange: didChange)
            if catalog.wasLeftOpen { try share.checkCatalog() }
        } catch let error as FileError {
            // It is the destination that can't be looked at, and that may pass.
            throw Self.fatal(error, share: name, path: settings.path)
        } catch {
            throw unusable(name, error)
        }
        share.logger.log(
            .shareOpened, .info,
            "share \(name) is open: \(catalog.summary.entries) entries, \(settings.durability.rawValue)")
        return share
    }

    /// Makes sure that the destination is the one that the catalog is about, and marks it when the catalog is new.
    private func claim(
        _ staging: Staging, for catalog: Catalog, share name: String, path: String
    ) throws(FatalError) {
        let mark = Array(String(catalog.summary.state.epoch).utf8)
        let found = try atDestination(name, path) { () throws(FileError) in try staging.mark() }
        if found == mark { return }
        guard catalog.summary.entries == 0 else {
            throw FatalError(
                .noInput, "share \(name): \(path) is not the directory that its catalog is about",
                remedy: """
                    is its file system mounted? If the directory was emptied or replaced on purpose, remove \
                    \(stateDirectory)/shares/\(name).sqlite: then everything is sent again
                    """)
        }
        try atDestination(name, path) { () throws(FileError) in try staging.setMark(mark) }
    }

    /// Opens the catalog. One that is damaged is moved aside and begun anew: the client fills it again by comparing.
    private func openCatalog(_ name: String, _ durability: ServerSettings.Durability) throws(FatalError) -> Catalog {
        let directory = "\(stateDirectory)/shares"
        let path = "\(directory)/\(name).sqlite"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return try Catalog(path: path, durability: durability)
        } catch let error as DatabaseError where error.isDamage {
            do {
                let aside = try moveAside(path)
                context.logger.log(
                    .catalogDamaged, .error,
                    "the catalog of share \(name) is damaged (\(error)): it is kept as \(aside), and a new one is begun",
                    metadata: ["share": "\(name)"])
                return try Catalog(path: path, durability: durability)
            } catch {
                throw unusable(name, error)
            }
        } catch {
            throw unusable(name, error)
        }
    }

    /// Gives a database, and what SQLite keeps beside it, other names. Returns the new name of the database.
    private func moveAside(_ path: String) throws -> String {
        let aside = "\(path).damaged-\(time(nil))"
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
        }
        return aside
    }

    /// Why the catalog can't be used. A disk that is full or does not answer is worth another start; all else a person mends.
    private func unusable(_ name: String, _ error: any Error) -> FatalError {
        let passing: [ResultCode] = [.SQLITE_IOERR, .SQLITE_FULL]
        let mayPass = (error as? DatabaseError).map { passing.contains($0.resultCode) } ?? false
        return FatalError(
            mayPass ? .inputOutput : .cannotCreate,
            "cannot open the catalog of share \(name) in \(stateDirectory)/shares: \(error)",
            remedy: "the server's user must be able to write there, and there must be space")
    }

    /// Runs `body`, whose error concerns the destination itself.
    private func atDestination<Value>(
        _ name: String, _ path: String, _ body: () throws(FileError) -> Value
    ) throws(FatalError) -> Value {
        do { return try body() } catch { throw Self.fatal(error, share: name, path: path) }
    }

    /// Whether the unit's ProtectHome= hides the path, where it is in force.
    private static func isHidden(_ path: String) -> Bool {
        ["/home/", "/root/", "/run/user/"].contains { "\(path)/".hasPrefix($0) }
    }

    private static func unhide(_ path: String) -> String {
        isHidden(path) ? "; a path there needs ProtectHome=no in the unit" : ""
    }

    /// What keeps a destination from being used, and the line that mends it.
    static func fatal(_ error: FileError, share name: String, path: String) -> FatalError {
        let owner = "\(geteuid()):\(getegid())"
        switch error.code {
        case .notFound:
            return FatalError(
                .noInput,
                "share \(name): there is no directory \(path)\(isHidden(path) ? " that the server can see" : "")",
                remedy: "make it: install -d -o \(geteuid()) -g \(getegid()) \(path)\(unhide(path))")
        case .notDirectory: return FatalError(.noInput, "share \(name): \(path) is no directory")
        case .permission:
            return FatalError(
                .noPermission, "share \(name): the server may not write in \(path)",
                remedy: "give it to the server's user: chown \(owner) \(path)\(unhide(path))")
        case .readOnly:
            return FatalError(
                .cannotCreate, "share \(name): \(path) is read-only for the server",
                remedy: """
                    under systemd, write /etc/systemd/system/syncbox-server.service.d/share-\(name).conf with the lines \
                    [Service] and ReadWritePaths=\(path), then: systemctl daemon-reload && systemctl restart \
                    syncbox-server\(unhide(path))
                    """)
        case .busy:
            return FatalError(
                .unavailable, "share \(name): another server has \(path)", remedy: "stop it, or share another directory"
            )
        default: return FatalError(.inputOutput, "share \(name): cannot use \(path): \(error)")
        }
    }
}
