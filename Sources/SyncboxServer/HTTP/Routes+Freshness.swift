// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Hummingbird
import SyncboxCore
import SyncboxDaemon

/// How far a share reflects its source, as its client tells.
extension Routes {
    /// The longest report, in bytes.
    private static let longestReport = 1 << 10

    /// `POST freshness` with a `FreshnessReport`: from a client that has nothing to send. A report about another state than
    /// the share's says nothing about the share, and is answered as a batch on another state is.
    func freshness(_ request: Request) async throws -> Response {
        try caller.permissions(anyOf: [.write])
        let body = try await request.body.collect(upTo: Self.longestReport)
        guard let report = try? JSONDecoder().decode(FreshnessReport.self, from: Data(body.readableBytesView)),
            let state = report.state, let instant = Timestamp(decimal: report.instant)
        else {
            throw HTTPError(.badRequest, message: "the body must have epoch, sequence and instant")
        }
        guard state == share.catalog.summary.state else {
            return try Response(status: .conflict, json: share.description)
        }
        share.note(fresh: instant)
        return Response(.noContent)
    }

    /// What a batch's header says; nil where it says nothing. Throws 400 for what is no instant.
    static func instant(in request: Request) throws(HTTPError) -> Timestamp? {
        guard let text = request.headers[.syncboxFresh] else { return nil }
        guard let instant = Timestamp(decimal: text) else {
            throw HTTPError(
                .badRequest, message: "\(Endpoints.freshHeader) must be seconds since 1970, as 1700000000.25")
        }
        return instant
    }
}
