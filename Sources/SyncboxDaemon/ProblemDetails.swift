// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// An error as an HTTP answer, `application/problem+json` (RFC 9457). Thrown by a route, it becomes the answer.
package struct ProblemDetails: HTTPResponseError, Encodable, Sendable {
    /// What an answer is that holds one, for the header `Content-Type`.
    package static let mediaType = "application/problem+json"

    /// A URI that names the kind of problem; `about:blank` says no more than the status does.
    package let type: String
    /// The kind of problem in a few words; for `about:blank` the status's own.
    package let title: String
    /// The status of the answer.
    package let status: HTTPResponse.Status
    /// What happened this time, for a person to read; nil where there is nothing to add.
    package let detail: String?

    /// A problem; by default of no kind but its status.
    package init(
        _ status: HTTPResponse.Status, type: String = "about:blank", title: String? = nil, detail: String? = nil
    ) {
        self.type = type
        self.title = title ?? status.reasonPhrase
        self.status = status
        self.detail = detail
    }

    /// What is asked for does not go with what is under way (409).
    package static func conflict(_ detail: String) -> ProblemDetails { ProblemDetails(.conflict, detail: detail) }

    /// What is asked for can't be done at the moment (503).
    package static func unavailable(_ detail: String) -> ProblemDetails {
        ProblemDetails(.serviceUnavailable, detail: detail)
    }

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(title, forKey: .title)
        try container.encode(status.code, forKey: .status)
        try container.encodeIfPresent(detail, forKey: .detail)
    }

    package func response(from request: Request, context: some RequestContext) throws -> Response {
        try Response(status: status, json: self, mediaType: Self.mediaType)
    }
}

extension Response {
    /// An answer that is `value` in JSON.
    package init(
        status: HTTPResponse.Status = .ok, json value: some Encodable, mediaType: String = "application/json"
    ) throws {
        let body = try ByteBuffer(json: value)
        self.init(status: status, headers: [.contentType: mediaType], body: ResponseBody(byteBuffer: body))
    }
}

extension ByteBuffer {
    /// `value` in JSON: keys sorted, so that the same value always is the same text.
    package init(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        self.init(bytes: try encoder.encode(value))
    }
}
