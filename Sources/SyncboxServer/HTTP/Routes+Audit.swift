// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Hummingbird
import SyncboxCore
import SyncboxDaemon
import Synchronization

/// Audits: begun by one request, and looked at, or ended, by others. One of a share runs at a time.
extension Routes {
    /// The longest request, in bytes.
    private static let longestAudit = 1 << 10

    /// `POST audit` with an `AuditRequest`; `{}` compares by looks at the usual rate.
    func beginAudit(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.longestAudit)
        guard let order = try? JSONDecoder().decode(AuditRequest.self, from: Data(body.readableBytesView)) else {
            throw HTTPError(.badRequest, message: "the body must be {\"content\": true, \"repair\": true, \"rate\": N}")
        }
        guard AuditRequest.rateRange.contains(order.rate) else {
            let range = AuditRequest.rateRange
            throw HTTPError(
                .badRequest, message: "the rate must be \(range.lowerBound) to \(range.upperBound) bytes a second")
        }
        try caller.permissions(anyOf: order.repair ? [.write] : [.read, .write])
        guard let report = audits.begin(share, order) else {
            throw HTTPError(.conflict, message: "an audit of this share is running; wait for its end, or DELETE it")
        }
        var response = try Response(status: .accepted, json: report)
        response.headers[.location] = Endpoints.audit(share.name)
        return response
    }

    /// `GET audit`: how far it is, or what the last one found.
    func auditReport() throws -> Response {
        try caller.permissions(anyOf: [.read, .write])
        guard let report = share.audit.withLock({ $0.report }) else {
            throw HTTPError(.notFound, message: "no audit has been asked for since the server started")
        }
        return try Response(json: report)
    }

    /// `DELETE audit`: ends it where it is.
    func endAudit() throws -> Response {
        try caller.permissions(anyOf: [.write])
        share.audit.withLock { $0.isEnding = true }
        return Response(.noContent)
    }
}
