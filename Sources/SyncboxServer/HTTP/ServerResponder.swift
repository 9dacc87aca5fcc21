// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Answers requests: finds out who asks and for what, hands over to the route, and turns every error into
/// `application/problem+json` (RFC 9457).
///
/// Who asks for what is found out without waiting for anything. Then a request is served on threads that may block, in its
/// share's lane, so that reading a piece of a body and writing it to the disk costs one change of threads, and a share with
/// many requests takes its turn with the others.
struct ServerResponder: HTTPResponder {
    let server: Server

    func respond(to request: Request, context: RequestOrigin) async throws -> Response {
        let response = try await answer(request, context)
        server.count(response.status)
        return response
    }

    private func answer(_ request: Request, _ context: RequestOrigin) async throws -> Response {
        do {
            let response = try await route(request, context)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            if !(error is HTTPError) {
                server.logger.error("\(request.method) \(request.uri.path) failed: \(error)")
            }
            return try Response(error, to: request)
        }
    }

    private func route(_ request: Request, _ origin: RequestOrigin) async throws -> Response {
        let target = request.head.path ?? "/"
        guard target.utf8.count <= ConnectionLimits.longestTarget else {
            throw HTTPError(
                .uriTooLong, message: "the target has more than \(ConnectionLimits.longestTarget) bytes")
        }
        let resource: Resource?
        do { resource = try Resource(target: target) } catch { throw HTTPError.badRequest(error) }
        if resource == .health { return try Response(json: ["status": "ok"]) }
        let caller = try authenticate(request, origin)
        guard let resource else { throw HTTPError.notFound }
        guard resource.methods.contains(request.method.rawValue) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: resource.methods.joined(separator: ", ")])
        }
        if resource == .metrics {
            return try await withTaskExecutorPreference(server.threads) { try server.metrics(for: caller) }
        }
        guard let name = resource.share else { return try Routes.shares(server.shares, caller) }
        guard let share = server.share(name, for: caller), let lane = server.lanes[name] else {
            throw HTTPError.notFound
        }
        return try await server.underWay.serve(name) {
            try await withTaskExecutorPreference(lane) { try await serve(request, resource, share, lane, caller) }
        }
    }

    private func serve(
        _ request: Request, _ resource: Resource, _ share: Share, _ lane: FileThreads.Lane, _ caller: Caller
    ) async throws -> Response {
        do {
            return try await share.leased(to: writer(request)) {
                try await Routes(share: share, caller: caller, lane: lane, audits: server.audits)
                    .respond(to: request, resource)
            }
        } catch let error as FileError where error.code == .noSpace {
            share.kept.giveWay()
            throw error
        }
    }

    private func writer(_ request: Request) throws -> WriterName? {
        guard let text = request.headers[.syncboxWriter] else { return nil }
        guard let writer = WriterName(text) else {
            throw HTTPError(
                .badRequest,
                message: "\(Endpoints.writerHeader) must have 1 to \(WriterName.longest) printable characters")
        }
        return writer
    }
}

extension Share {
    /// Runs `body` while `writer` holds the lease; without a writer just so. Throws 423 while another one holds it.
    fileprivate func leased(to writer: WriterName?, _ body: () async throws -> Response) async throws -> Response {
        guard let writer else { return try await body() }
        if let holder = beginLease(writer) {
            let seconds = max(1, ContinuousClock.now.duration(to: holder.end).components.seconds + 1)
            throw HTTPError(
                .leased, headers: [.retryAfter: String(seconds)],
                message: "\(holder.writer) writes to this share, and for \(seconds) s more unless it goes on")
        }
        defer { endLease(writer) }
        return try await body()
    }
}
