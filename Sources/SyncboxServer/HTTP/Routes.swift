// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// What can be asked of a share: which function answers which method of which resource, and nothing else.
struct Routes {
    let share: Share
    let caller: Caller
    /// Where work goes on that outlives the function that began it: an answer's body.
    let lane: FileThreads.Lane
    /// Who runs the audits that are asked for.
    let audits: Audits

    /// Answers a request whose method the resource has.
    func respond(to request: Request, _ resource: Resource) async throws -> Response {
        switch (request.method, resource) {
        case (.get, .share), (.head, .share): try describe()
        case (.get, .manifest(_, let path)), (.head, .manifest(_, let path)): try manifest(after: path, request)
        case (.post, .batches): try await batch(request)
        case (.post, .uploads): try beginUpload(request)
        case (.head, .upload(_, let id)): try lookAtUpload(id)
        case (.patch, .upload(_, let id)): try await appendToUpload(id, request)
        case (.delete, .upload(_, let id)): try removeUpload(id)
        case (.get, .file(_, let path)), (.head, .file(_, let path)): try getFile(path, request)
        case (.put, .file(_, let path)): try await putFile(path, request)
        case (.delete, .file(_, let path)): try await remove(path, isDirectory: false)
        case (.get, .directory(_, let path, let after)), (.head, .directory(_, let path, let after)):
            try list(path, after: after)
        case (.put, .directory(_, let path, _)): try await putDirectory(path, request)
        case (.delete, .directory(_, let path, _)): try await remove(path, isDirectory: true)
        case (.post, .move): try await move(request)
        case (.get, .kept(_, let path, let after)), (.head, .kept(_, let path, let after)):
            try listKept(path, after: after)
        case (.get, .version(_, let version, let path)), (.head, .version(_, let version, let path)):
            try getVersion(version, path, request)
        case (.post, .freshness): try await freshness(request)
        case (.get, .audit), (.head, .audit): try auditReport()
        case (.post, .audit): try await beginAudit(request)
        case (.delete, .audit): try endAudit()
        default: throw HTTPError.notFound
        }
    }

    /// `GET /v1/shares`: those that the key is good for.
    static func shares(_ shares: [String: Share], _ caller: Caller) throws -> Response {
        let visible = shares.values.filter { caller.key.shares.contains($0.name) }.map(\.description)
        return try Response(json: visible.sorted { $0.name < $1.name })
    }

    /// `GET /v1/shares/{share}`.
    private func describe() throws -> Response {
        try Response(json: share.description)
    }

    /// `GET /v1/shares/{share}/manifest`: one page of what the catalog holds.
    private func manifest(after path: RelativePath?, _ request: Request) throws -> Response {
        try caller.permissions(anyOf: [.read, .write])
        let isPreserving = request.headers[.accept]?.contains(Endpoints.preservingMediaType) ?? false
        let version = isPreserving ? WireLimits.preservingVersion : WireLimits.version
        return Response(wire: try share.catalog.page(after: path).encoded(for: version))
    }

    /// `POST /v1/shares/{share}/batches`.
    private func batch(_ request: Request) async throws -> Response {
        let fresh = try Self.instant(in: request)
        return switch try await CommitBatch(share: share, caller: caller, fresh: fresh).run(request.body) {
        case .committed(let reply): Response(wire: reply.encoded())
        case .conflict: try Response(status: .conflict, json: share.description)
        case .failed(_, let text): throw HTTPError(.serviceUnavailable, message: text)
        }
    }
}
