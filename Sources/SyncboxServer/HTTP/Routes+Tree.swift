// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Hummingbird
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Directories, moves and removals, for a person with curl: through the same commit as batches.
extension Routes {
    /// The longest body of a move, in bytes: two paths, percent-encoded.
    private static let longestMove = 32 << 10

    /// `PUT directories/{path}`: makes the path a directory, and those above it that are missing.
    func putDirectory(_ path: RelativePath, _ request: Request) async throws -> Response {
        try refuseOwn(path)
        let old = try share.catalog.row(at: path)
        guard old == nil || old?.entry.kind == .directory else {
            throw HTTPError(.conflict, message: "something else is there; remove it first")
        }
        let metadata = try Metadata(of: request, defaultMode: 0o755)
        var batch = StagedBatch(share, permissions: try caller.permissions(anyOf: [.write]))
        batch.addDirectories(above: path, metadata.modified)
        batch.stage(.makeDirectory(path, .directory(mode: metadata.mode, modified: metadata.modified)))
        try await commit(&batch)
        return Response(old == nil ? .created : .noContent)
    }

    /// `GET directories/{path}`: what is in it, in the order of names, a page at a time.
    func list(_ path: RelativePath, after name: [UInt8]) throws -> Response {
        try caller.permissions(anyOf: [.read])
        guard let row = try share.catalog.row(at: path), row.entry.kind == .directory else {
            throw HTTPError(.notFound, message: "there is no directory here")
        }
        let limit = WireLimits.entriesInPage
        let rows = try share.catalog.read { try $0.children(of: row.id, after: name, limit: limit + 1) }
        return try Response(json: DirectoryPage(rows.prefix(limit), hasMore: rows.count > limit))
    }

    /// `DELETE files/{path}` and `DELETE directories/{path}`: with everything that the catalog knows below it.
    func remove(_ path: RelativePath, isDirectory: Bool) async throws -> Response {
        // Who may write may remove what is kept then.
        let permissions = try caller.permissions(anyOf: share.kept.bounds == nil ? [.delete] : [.delete, .write])
        try refuseOwn(path)
        guard let row = try share.catalog.row(at: path), isDirectory == (row.entry.kind == .directory) else {
            throw HTTPError.notFound
        }
        var batch = StagedBatch(share, permissions: permissions)
        batch.stage(.remove(path))
        try await commit(&batch)
        return Response(.noContent)
    }

    /// `POST move` with `{"from": ..., "to": ...}`, both percent-encoded as in a URL.
    func move(_ request: Request) async throws -> Response {
        let permissions = try caller.permissions(anyOf: [.write])
        let (from, path) = try await movedPaths(request)
        guard let row = try share.catalog.row(at: from) else {
            throw HTTPError(.notFound, message: "there is nothing to move")
        }
        var batch = StagedBatch(share, permissions: permissions)
        batch.addDirectories(above: path, .now)
        batch.stage(.move(path, from: from, expected: row.entry))
        try await commit(&batch)
        return Response(.noContent)
    }

    private func movedPaths(_ request: Request) async throws -> (from: RelativePath, to: RelativePath) {
        let body = try await request.body.collect(upTo: Self.longestMove)
        guard let names = try? JSONDecoder().decode([String: String].self, from: Data(body.readableBytesView)),
            let from = names["from"], let path = names["to"]
        else { throw HTTPError(.badRequest, message: "the body must be {\"from\": \"...\", \"to\": \"...\"}") }
        do {
            let paths = (from: try Resource.path(encoded: from), to: try Resource.path(encoded: path))
            try refuseOwn(paths.from)
            try refuseOwn(paths.to)
            guard paths.from != paths.to, !paths.to.isBelow(paths.from) else {
                throw HTTPError(.badRequest, message: "a directory can't move into itself")
            }
            return paths
        } catch {
            throw HTTPError.badRequest(error)
        }
    }

    /// Throws 400 for the root and 403 for Syncbox's own directory.
    func refuseOwn(_ path: RelativePath) throws(HTTPError) {
        if path.isRoot { throw HTTPError(.badRequest, message: "the share's directory itself can't be changed") }
        if path.isReserved { throw HTTPError(.forbidden, message: "the name .syncbox is Syncbox's own") }
    }

    /// Commits a batch of one request. Throws what became of the first change that is not acknowledged.
    func commit(_ batch: inout StagedBatch) async throws {
        let reply: BatchReply
        switch await CommitBatch(share: share, caller: caller).commit(&batch, base: nil) {
        case .committed(let committed): reply = committed
        case .failed(let kind, let text): throw HTTPError(kind.status, message: text)
        case .conflict: preconditionFailure("a batch without a base is always in turn")
        }
        for outcome in reply.outcomes {
            switch outcome {
            case .acknowledged, .incomplete: continue
            case .preconditionFailed:
                throw HTTPError(.conflict, message: "something else is there, or what it needs isn't")
            case .problem(let kind, let text): throw HTTPError(kind.status, message: text)
            }
        }
    }
}

extension StagedBatch {
    /// Adds what makes the directories above `path` that are not there yet.
    mutating func addDirectories(above path: RelativePath, _ modified: Timestamp) {
        for directory in path.ancestors where !directory.isRoot {
            let entry = Entry.directory(mode: 0o755, modified: modified)
            add(StagedChange(change: .makeDirectory(directory, entry), isOptional: true))
        }
    }
}

extension ProblemKind {
    /// The status of a request that did nothing but what met this problem.
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .noSpace: .noSpace
        case .forbidden, .reserved: .forbidden
        case .corrupt: .badRequest
        case .unsupported: .unprocessableContent
        case .busy, .other: .conflict
        case .permission, .inputOutput, .unwatched: .internalServerError
        }
    }
}
