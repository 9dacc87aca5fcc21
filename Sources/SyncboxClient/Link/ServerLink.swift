// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import FoundationEssentials
import SyncboxCore
import SyncboxLink

/// The requests that a client makes of its server. Each call waits for the answer; each throws `LinkError`.
struct ServerLink: Sendable {
    /// How long a batch may take from its last byte sent to the reply: a full sync on a slow disk, with others before it.
    static let longestStall = Duration.seconds(120)

    private let client: CurlClient
    /// Uploads have a client, and so a thread, of their own: it reads their files, and small batches don't wait for a disk.
    private let uploadClient: CurlClient
    private let settings: ClientSettings
    /// What the link proves itself with.
    let key: LinkKey
    private let writer: String

    /// A link that speaks for `writer` with the secret `key`, which may be replaced meanwhile.
    init(client: CurlClient, uploadClient: CurlClient, settings: ClientSettings, key: LinkKey, writer: String) {
        self.client = client
        self.uploadClient = uploadClient
        self.settings = settings
        self.key = key
        self.writer = writer
    }

    private var headers: [(name: String, value: String)] {
        [("Authorization", "Bearer \(key.secret.text)"), (Endpoints.writerHeader, writer)]
    }

    private var share: String { settings.share }

    /// What the server's catalog holds.
    func state() async throws(LinkError) -> ShareState {
        let response = try await send("GET", Endpoints.share(share))
        return try description(in: response)
    }

    /// One page of the manifest, behind `path`.
    func manifest(after path: RelativePath?) async throws(LinkError) -> ManifestPage {
        let accept = ("Accept", Endpoints.preservingMediaType)
        let response = try await send(
            "GET", Endpoints.manifest(share, after: path), more: [accept], longestAnswer: Self.longestPage)
        do { return try ManifestPage(decoding: response.body) } catch { throw Self.notUnderstood(error.description) }
    }

    /// The longest manifest page, in bytes: as many entries as it may have, with the longest paths and targets.
    private static let longestPage = WireLimits.entriesInPage * 2 * (RelativePath.longestPath + 100)

    /// Sends a batch and gives the server's reply to it. `fresh` is the instant up to which the share reflects its source
    /// already; nil where that is not known.
    func send(batch: [UInt8], changes: Int, fresh: Timestamp?) async throws(LinkError) -> BatchReply {
        var headers = [(name: "Content-Type", value: Endpoints.mediaType)]
        if let fresh { headers.append((name: Endpoints.freshHeader, value: fresh.decimalText)) }
        let response = try await send("POST", Endpoints.batches(share), more: headers, body: .bytes(batch))
        let reply: BatchReply
        do { reply = try BatchReply(decoding: response.body) } catch { throw Self.notUnderstood(error.description) }
        guard reply.outcomes.count == changes else {
            throw Self.notUnderstood("the reply has another number of changes")
        }
        return reply
    }

    /// How far an upload has come at the server.
    struct Progress {
        var upload: UploadID
        /// How many bytes the server has: where to go on.
        var offset: UInt64
    }

    /// Tells how far the share reflects its source.
    func report(_ report: FreshnessReport) async throws(LinkError) {
        _ = try await send("POST", Endpoints.freshness(share), body: Self.json(report))
    }

    /// Begins an audit of the share.
    func beginAudit(_ request: AuditRequest) async throws(LinkError) -> AuditReport {
        let order = self.request("POST", Endpoints.audit(share), more: [], body: try Self.json(request))
        let response = try await answer(order)
        if response.status == 409 { throw LinkError(kind: .refused, reason: Self.detail(of: response)) }
        try check(response)
        return try Self.auditReport(in: response)
    }

    /// How far the audit of the share is.
    func auditReport() async throws(LinkError) -> AuditReport {
        try Self.auditReport(
            in: try await send("GET", Endpoints.audit(share), longestAnswer: Self.longestReport))
    }

    /// The longest report of an audit, in bytes: as many paths as it may list, each byte of which may take four.
    private static let longestReport = AuditReport.mostListed * (RelativePath.longestPath * 4 + 100)

    private static func auditReport(in response: HTTPResponse) throws(LinkError) -> AuditReport {
        do {
            return try JSONDecoder().decode(AuditReport.self, from: Data(response.body))
        } catch {
            throw notUnderstood("the report of an audit is none")
        }
    }

    private static func json(_ value: some Encodable) throws(LinkError) -> HTTPBody {
        do {
            return .bytes(Array(try JSONEncoder().encode(value)))
        } catch {
            throw LinkError(kind: .notUnderstood, reason: "a request can't be written down: \(error)")
        }
    }

    /// Begins an upload of `length` bytes, or goes on with the one that was begun under this tag.
    func beginUpload(length: UInt64, tag: UploadTag?) async throws(LinkError) -> Progress {
        var headers = [(name: Endpoints.lengthHeader, value: String(length))]
        if let tag { headers.append((name: Endpoints.tagHeader, value: tag.text)) }
        let response = try await send("POST", Endpoints.uploads(share), more: headers)
        let id = response.header("Location")?.split(separator: "/").last.flatMap { UploadID(String($0)) }
        guard let id else { throw Self.notUnderstood("an upload was begun without a Location") }
        guard response.header(Endpoints.deltaHeader) == "yes" else {
            throw Self.notUnderstood("the server takes no recipes: it is older than this client")
        }
        return Progress(upload: id, offset: response.header(Endpoints.offsetHeader).flatMap(UInt64.init) ?? 0)
    }

    /// Sends what follows behind `offset` of an upload. Throws what reading the file threw, unchanged, where that was why.
    func append(to upload: UploadID, _ offset: UInt64, _ recipe: RecipeSource) async throws {
        let headers = [
            (name: Endpoints.offsetHeader, value: String(offset)),
            (name: "Content-Type", value: Endpoints.recipeMediaType),
        ]
        let body = HTTPBody.stream(length: recipe.length, source: recipe)
        let request = request("PATCH", Endpoints.upload(share, upload), more: headers, body: body)
        let response: HTTPResponse
        do throws(CurlError) {
            response = try await uploadClient.send(request)
        } catch {
            if let cause = error.cause { throw cause }
            throw LinkError(kind: .away, reason: error.text(with: settings))
        }
        try checkUpload(response)
    }

    /// Gives an upload up. What the server keeps of it otherwise is swept in time, so failures don't matter.
    func discard(_ upload: UploadID) async {
        _ = try? await send("DELETE", Endpoints.upload(share, upload))
    }

    private func send(
        _ method: String, _ target: String, more: [(name: String, value: String)] = [], body: HTTPBody = .none,
        longestAnswer: Int = HTTPRequest.usualResponseLimit
    ) async throws(LinkError) -> HTTPResponse {
        var request = request(method, target, more: more, body: body)
        request.mostResponseBytes = max(longestAnswer, WireLimits.changesInBatch * (WireLimits.problemText + 16))
        let response = try await answer(request)
        try check(response)
        return response
    }

    private func answer(_ request: HTTPRequest) async throws(LinkError) -> HTTPResponse {
        do throws(CurlError) {
            return try await client.send(request)
        } catch {
            throw LinkError(kind: .away, reason: error.text(with: settings))
        }
    }

    private func request(
        _ method: String, _ target: String, more: [(name: String, value: String)], body: HTTPBody
    ) -> HTTPRequest {
        HTTPRequest(
            method: method, target: target, headers: headers + more, body: body,
            timeouts: HTTPTimeouts(stall: Self.longestStall))
    }

    /// Throws what a status other than success means.
    private func check(_ response: HTTPResponse) throws(LinkError) {
        guard !response.isSuccess else { return }
        let detail = Self.detail(of: response)
        switch response.status {
        case 401: throw LinkError(kind: .refused, reason: "the server refuses the key: \(detail)")
        case 403: throw LinkError(kind: .refused, reason: "the key does not permit it: \(detail)")
        case 404:
            throw LinkError(kind: .refused, reason: "the server has no share '\(share)' for this key: \(detail)")
        case 409: throw LinkError(kind: .otherState, reason: detail)
        case 423: throw LinkError(kind: .refused, reason: "the share is held by another client: \(detail)")
        case 503: throw LinkError(kind: .away, reason: "the server can't take it at the moment: \(detail)")
        case 507: throw LinkError(kind: .refused, reason: "the destination is full: \(detail)")
        default: throw LinkError(kind: .away, reason: "the server answers \(response.status): \(detail)")
        }
    }

    /// The same for an upload's own resource, where an unknown upload or another length is no fault of the share.
    private func checkUpload(_ response: HTTPResponse) throws(LinkError) {
        if response.status == 404 || response.status == 409 {
            throw LinkError(kind: .uploadLost, reason: Self.detail(of: response))
        }
        if response.status == 412 { throw LinkError(kind: .otherBase, reason: Self.detail(of: response)) }
        try check(response)
    }

    private func description(in response: HTTPResponse) throws(LinkError) -> ShareState {
        let description = try? JSONDecoder().decode(ShareDescription.self, from: Data(response.body))
        guard let state = description?.state else { throw Self.notUnderstood("the share's description is none") }
        return state
    }

    /// The detail of an `application/problem+json` answer (RFC 9457), or what there is instead.
    private static func detail(of response: HTTPResponse) -> String {
        /// The members of a problem that people read.
        struct Problem: Decodable {
            var title: String?
            var detail: String?
        }
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body))
        return problem?.detail ?? problem?.title ?? "status \(response.status)"
    }

    private static func notUnderstood(_ what: String) -> LinkError {
        LinkError(kind: .notUnderstood, reason: "the server's answer is not understood: \(what)")
    }
}
