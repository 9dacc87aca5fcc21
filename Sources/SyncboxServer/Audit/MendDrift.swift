// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// What an audit does in turn with the commits: each call while nothing else is committed. All of it blocks.
extension Share {
    /// Looks again at what an audit suspects, and tells what differs indeed.
    func confirm(_ suspects: [AuditSuspect]) throws -> [(AuditSuspect, Drift.Kind)] {
        try checkDestination()
        try checkCatalogIfDoubtful()
        defer { try? tree.restoreModes() }
        return try suspects.compactMap { suspect in
            pulse.beat()
            return try drift(suspect, recorded: catalog.row(at: suspect.path)).map { (suspect, $0) }
        }
    }

    /// How the suspect differs from `row`; nil where it doesn't, or where a commit was there meanwhile, which looked itself.
    private func drift(_ suspect: AuditSuspect, recorded row: CatalogRow?) throws -> Drift.Kind? {
        guard row == suspect.row else { return nil }
        let there: Observation
        do throws(FileError) {
            there = try tree.look(at: suspect.path, preserving: row?.entry.preserved ?? [])
        } catch {
            return .unread
        }
        guard let row else { return there == .absent ? nil : .foreign }
        if suspect.isUnread { return .unread }
        if case .present(let observed) = there, try isParted(row, from: suspect.other, observed) { return .changed }
        switch AuditFinding(row, there) {
        case .drift(let kind): return kind
        case .same, .doubtful:
            guard let (digest, read) = suspect.content, case .present(let observed) = there,
                read.isSameVersion(as: observed)
            else { return nil }
            return digest == row.entry.digest ? nil : .changed
        }
    }

    /// Whether `there`, which stands at the row's place, is another file than the one at `other`, the row of another name that
    /// the same file had when both were recorded. Both may be other files than then: who restores a copy makes new ones.
    func isParted(_ row: CatalogRow, from other: Int64?, _ there: Observed) throws -> Bool {
        guard let other, !row.imprint.isSameEntry(as: there),
            let (path, otherRow) = try catalog.read({ tree in
                try tree.path(of: other).map { ($0, try tree.row(id: other)) }
            }),
            let otherRow, otherRow.isJoined(with: row), case .present(let otherThere)? = try? tree.look(at: path)
        else { return false }
        return otherThere.identity != there.identity
    }

    /// Gives up what the catalog says of paths that differ, so that the client sends them again; directories get their
    /// recorded metadata back at once. What can't be mended stays as it is. Answers how many are mended so.
    func mend(_ suspects: [AuditSuspect]) throws -> Int {
        try checkDestination()
        var mended = 0
        defer { try? tree.restoreModes() }
        try catalog.transaction { catalog in
            var isOther = false
            for suspect in suspects {
                pulse.beat()
                // What lies below a path that was given up is given up with it.
                let recorded = try catalog.row(at: suspect.path)
                guard let row = recorded, row == suspect.row else {
                    mended += recorded == nil ? 1 : 0
                    continue
                }
                guard try drift(suspect, recorded: row) != nil else { continue }
                do {
                    if try mend(row, at: suspect.path, in: catalog) { isOther = true }
                    mended += 1
                } catch let error as FileError {
                    logger.warning("an audit can't mend \(suspect.path): \(error)")
                }
            }
            if isOther { catalog.raiseSequence() }
        }
        return mended
    }

    /// Mends one path. Whether the catalog says something else of it now.
    private func mend(_ row: CatalogRow, at path: RelativePath, in catalog: CatalogTransaction) throws -> Bool {
        guard case .present(let there) = try tree.look(at: path) else {
            try catalog.forgetBelow(row)
            try catalog.forget(row)
            return true
        }
        if row.entry.kind == .directory, there.entry.kind == .directory {
            guard let shortfall = try tree.setMetadata(row.entry, at: path) else { return false }
            // The client tries it again, and tells that it can't be done.
            try catalog.record(row.entry.without(shortfall.lacking), at: path, imprint: Imprint(there))
            return true
        }
        if there.entry.kind != .directory { try catalog.forgetBelow(row) }
        try catalog.record(there.entry.unvouched, at: path, imprint: Imprint(there))
        return true
    }
}
