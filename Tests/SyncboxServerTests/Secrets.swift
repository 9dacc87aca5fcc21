// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// What no answer may tell: every answer of this target's tests goes through `check`.
struct Secrets: Sendable {
    /// What stands in every file that lies outside of a share, and nowhere else.
    static let marker = "outside-of-every-share"

    private let texts: [String]

    /// The secrets of a server whose destinations and state lie in `directory`.
    init(of directory: URL) {
        texts = [directory.lastPathComponent, Self.marker]
    }

    /// Records an issue where `answer` has one of the secrets.
    func check(_ answer: [UInt8], to request: String) {
        for text in texts where answer.firstRange(of: Array(text.utf8)) != nil {
            Issue.record("the answer to \(request) tells '\(text)'")
        }
    }
}

/// A client whose answers are checked for secrets.
struct WatchedClient: TestClientProtocol {
    let client: any TestClientProtocol
    let secrets: Secrets

    var port: Int? { client.port }

    func executeRequest(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> TestResponse {
        let response = try await client.executeRequest(uri: uri, method: method, headers: headers, body: body)
        let fields = response.headers.map { "\($0.name): \($0.value)\n" }.joined()
        secrets.check(Array(fields.utf8) + response.body.readableBytesView, to: "\(method) \(uri)")
        return response
    }
}
