// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension HTTPResponse.Status {
    /// Another writer holds the share (RFC 4918, section 11.3).
    static let leased = HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
    /// The destination is full (RFC 4918, section 11.5).
    static let noSpace = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

extension HTTPError {
    /// The answer to a body or target that is not what it should be.
    static func badRequest(_ error: any Error) -> any Error {
        switch error {
        case WireError.tooManyChanges, WireError.frameTooLong:
            HTTPError(.contentTooLarge, message: "\(error)")
        case let error as WireError: HTTPError(.badRequest, message: error.description)
        case let error as TargetError: HTTPError(.badRequest, message: error.description)
        default: error
        }
    }

    /// The answer where nothing is, and equally where the caller may not know of it.
    static var notFound: HTTPError { HTTPError(.notFound, message: "there is no such thing here") }
}

extension Response {
    /// A message of the wire format.
    init(_ status: HTTPResponse.Status = .ok, wire bytes: [UInt8]) {
        self.init(
            status: status, headers: [.contentType: Endpoints.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// An answer without a body.
    init(_ status: HTTPResponse.Status, _ headers: HTTPFields = [:]) {
        self.init(status: status, headers: headers)
    }

    /// The answer to a request that failed so, `application/problem+json`. What is not meant for the caller is not in it.
    init(_ error: any Error, to request: Request) throws {
        switch error {
        case let error as HTTPError:
            try self.init(ProblemDetails(error.status, detail: error.body), error.headers)
        case let error as FileError where error.isAbsence:
            try self.init(ProblemDetails(.notFound, detail: error.description))
        case let error as FileError:
            let status: HTTPResponse.Status = error.code == .noSpace ? .noSpace : .internalServerError
            try self.init(ProblemDetails(status, title: error.problemKind.word, detail: error.description))
        case let error as any HTTPResponseError: try self.init(ProblemDetails(error.status))
        default: try self.init(ProblemDetails(.internalServerError, detail: "the server's log tells why"))
        }
    }

    private init(_ details: ProblemDetails, _ headers: HTTPFields = [:]) throws {
        try self.init(status: details.status, json: details, mediaType: ProblemDetails.mediaType)
        self.headers.append(contentsOf: headers)
    }
}

/// The most bytes that a body may have.
struct BodyLimit {
    private let limit: Int
    private var length = 0

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Counts one piece more; throws 413 when that is too much.
    mutating func count(_ piece: ByteBuffer) throws(HTTPError) {
        length += piece.readableBytes
        guard length <= limit else {
            throw HTTPError(.contentTooLarge, message: "the body has more than \(limit) bytes")
        }
    }
}
