// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// Compares what a share's catalog says with what its destination has, at a bounded rate, and mends what differs.
///
///     walk ─► look (and read) ─► suspects ─► in turn with the commits: look again ─► drift ─► mend
///
/// The walk goes on beside the commits, and so may see a batch half done. What it suspects is looked at again while
/// nothing is committed, a portion at a time. To mend means to forget what the catalog vouches for, and to raise the
/// sequence: the client notices at its next batch, compares, and sends what is missing. What Syncbox did not put there
/// is told and left alone.
struct AuditShare {
    /// How many suspects are looked at again before a commit gets its turn.
    static let portion = 200
    /// How much of a content is read at once, in bytes.
    private static let pieceSize = 1 << 20
    /// The most differing paths that are kept to be mended together: each time the client has to compare everything.
    private static let mostKept = 10_000

    let share: Share
    let request: AuditRequest
    private var pace: Pace<ContinuousClock.Instant>
    private var pending: [(id: Int64, path: RelativePath)] = [(CatalogSchema.root, .root)]
    private var suspects: [AuditSuspect] = []
    private var drift: [AuditSuspect] = []
    /// Files with several names, once one was found that may have left the others.
    private var joined: JoinedFiles?

    init(_ share: Share, _ request: AuditRequest) {
        self.share = share
        self.request = request
        pace = Pace(rate: request.rate, from: .now)
    }

    /// Audits the whole share. What keeps it from that is told in the report, and logged. Blocks its thread while it looks and reads.
    mutating func run() async {
        do {
            try share.checkDestination()
            try await compareRoot()
            while let (id, path) = pending.popLast() { try await compareDirectory(id, at: path) }
            try await settle()
            try await mend()
            end(failure: nil)
        } catch is CancellationError {
            end(failure: "it was ended before it had looked at everything")
        } catch {
            end(failure: (error as? FileError)?.description ?? (error as? DestinationGone)?.description ?? "\(error)")
        }
    }

    private func end(failure: String?) {
        let report = update { report in
            report.isRunning = false
            report.failure = failure
            return report
        }
        share.logger.log(
            .audited, failure == nil && report.found == 0 ? .notice : .warning,
            """
            audited \(report.entries) entries, \(report.bytes) bytes read: \(report.found) paths differ, \
            \(report.mended) of them are mended or will be sent again; \(report.foreign) are foreign\(failure.map { "; \($0)" } ?? "")
            """)
    }

    /// Changes the report that others see.
    @discardableResult
    func update<Value>(_ body: (inout AuditReport) -> Value) -> Value {
        share.audit.withLock { state in
            var report = state.report ?? AuditReport(request)
            defer { state.report = report }
            return body(&report)
        }
    }

    /// Keeps to the rate. Throws when the audit is to end.
    private mutating func spend(_ bytes: UInt64) async throws {
        if share.audit.withLock({ $0.isEnding }) { throw CancellationError() }
        let rest = pace.spend(bytes, at: .now)
        if rest > .zero { try await Task.sleep(for: rest) } else { try Task.checkCancellation() }
    }

    private mutating func compareRoot() async throws {
        guard let row = try share.catalog.row(at: .root) else { return }
        try await compare(row, at: .root, Result { () throws(FileError) in try share.tree.root.look(at: .root) })
    }

    /// Compares what is recorded in one directory with what is there.
    private mutating func compareDirectory(_ id: Int64, at path: RelativePath) async throws {
        var there: [[UInt8]: Result<Observation, FileError>] = [:]
        do throws(FileError) {
            for entry in try share.tree.root.list(path) { there[entry.name] = entry.look }
        } catch {
            // That it is gone was seen where it stands.
            if error.isAbsence { return }
            guard let listed = await listInTurn(path) else {
                return update { $0.add(path, .unread) }
            }
            there = listed
        }
        if path.isRoot { there[Staging.reservedName] = nil }
        var last: [UInt8] = []
        while true {
            let rows = try share.catalog.read { [last] in try $0.children(of: id, after: last) }
            guard let next = rows.last?.name else { break }
            for row in rows {
                let look = there.removeValue(forKey: row.name) ?? .success(.absent)
                try await compare(row, at: path.appending(row.name), look)
            }
            last = next
        }
        for name in there.keys {
            guard let path = try? path.appending(name) else { continue }
            try await suspect(AuditSuspect(path: path, row: nil))
        }
    }

    /// Lists a directory that its owner may not read, which the tree opens up for a moment: nobody may commit meanwhile.
    private func listInTurn(_ path: RelativePath) async -> [[UInt8]: Result<Observation, FileError>]? {
        await share.inTurn {
            guard let entries = try? share.tree.list(path) else { return nil }
            try? share.tree.restoreModes()
            return Dictionary(entries.map { ($0.name, $0.look) }) { first, _ in first }
        }
    }

    private mutating func compare(
        _ row: CatalogRow, at path: RelativePath, _ look: Result<Observation, FileError>
    ) async throws {
        update { $0.entries += path.isRoot ? 0 : 1 }
        try await spend(AuditRequest.costOfLook)
        guard let observation = try? await wholeLook(row, at: path, look).get() else {
            return try await suspect(AuditSuspect(path: path, row: row, isUnread: true))
        }
        if row.entry.kind == .directory, !path.isRoot, case .present(let there) = observation,
            there.entry.kind == .directory
        {
            pending.append((row.id, path))
        }
        if try isParted(row, observation) {
            return try await suspect(AuditSuspect(path: path, row: row, other: joined?.other(of: row)))
        }
        switch AuditFinding(row, observation) {
        case .same where request.content && row.entry.kind == .file: try await compareContent(row, at: path)
        case .same: return
        case .doubtful: try await compareContent(row, at: path)
        case .drift: try await suspect(AuditSuspect(path: path, row: row))
        }
    }

    /// The look with what else of the entry is recorded, which a list doesn't read, unless nothing was done to the entry.
    private func wholeLook(
        _ row: CatalogRow, at path: RelativePath, _ look: Result<Observation, FileError>
    ) async -> Result<Observation, FileError> {
        let preserved = row.entry.preserved
        guard !preserved.isEmpty, !path.isRoot, case .success(.present(let there)) = look,
            !row.imprint.isSameVersion(as: there)
        else { return look }
        let whole = Result { () throws(FileError) in try share.tree.root.look(at: path, preserving: preserved) }
        guard case .failure(let error) = whole, error.code == .permission else { return whole }
        return await share.inTurn {
            defer { try? share.tree.restoreModes() }
            return Result { () throws(FileError) in try share.tree.look(at: path, preserving: preserved) }
        }
    }

    /// Whether the file that was recorded as one with others under several names may be a file of its own by now.
    private mutating func isParted(_ row: CatalogRow, _ look: Observation) throws -> Bool {
        guard row.entry.kind == .file, case .present(let there) = look, there.entry.kind == .file,
            !row.imprint.isSameEntry(as: there)
        else { return false }
        let joined = try self.joined ?? share.catalog.read { try JoinedFiles($0) }
        self.joined = joined
        return try share.isParted(row, from: joined.other(of: row), there)
    }

    private mutating func compareContent(_ row: CatalogRow, at path: RelativePath) async throws {
        var suspect = AuditSuspect(path: path, row: row)
        do {
            let file = try await share.openForReading(path)
            suspect.content = (try await digest(of: file), file.observed)
            try file.checkUnchanged()
            if suspect.content?.digest == row.entry.digest, row.imprint.isSameVersion(as: file.observed) { return }
        } catch let error as FileError {
            suspect.content = nil
            suspect.isUnread = !error.isAbsence && error.code != .busy
        }
        try await self.suspect(suspect)
    }

    private mutating func digest(of file: ReadingFile) async throws -> Digest {
        var digest = ContentDigest()
        var offset: UInt64 = 0
        while offset < file.size {
            let count = try Self.read(file, at: offset, into: &digest)
            offset += UInt64(count)
            update { $0.bytes += UInt64(count) }
            try await spend(UInt64(count))
        }
        return digest.value
    }

    private static func read(
        _ file: ReadingFile, at offset: UInt64, into digest: inout ContentDigest
    ) throws(FileError) -> Int {
        let wanted = Int(min(UInt64(pieceSize), file.size - offset))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(at: offset, into: buffer)
        guard count == wanted else { throw FileError(.busy, operation: "read", path: file.path) }
        digest.update(UnsafeRawBufferPointer(buffer))
        return count
    }

    private mutating func suspect(_ suspect: AuditSuspect) async throws {
        suspects.append(suspect)
        if suspects.count >= Self.portion { try await settle() }
    }

    /// Looks again at what is suspected, while nothing is committed.
    private mutating func settle() async throws {
        let portion = suspects
        suspects = []
        guard !portion.isEmpty else { return }
        let confirmed = try await share.inTurn { try share.confirm(portion) }
        for (suspect, kind) in confirmed {
            update { $0.add(suspect.path, kind) }
            if kind != .foreign, kind != .unread { drift.append(suspect) }
        }
        if drift.count >= Self.mostKept { try await mend() }
    }

    /// Mends what was found so far, if that was asked for.
    private mutating func mend() async throws {
        let found = drift
        drift = []
        guard request.repair else { return }
        for start in stride(from: 0, to: found.count, by: Self.portion) {
            let portion = Array(found[start..<min(start + Self.portion, found.count)])
            let count = try await share.inTurn { try share.mend(portion) }
            update { $0.mended += UInt64(count) }
        }
    }
}
