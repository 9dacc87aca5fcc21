// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Testing

extension CurlClient {
    /// A client for tests, whose every request ends within seconds.
    convenience init(
        _ endpoint: Endpoint, timeouts: HTTPTimeouts = HTTPTimeouts(total: .seconds(30)), mostConnections: Int = 8,
        mostRequests: Int = 1024, tls: TLS = TLS(), threadName: String = "curl-test"
    ) throws {
        let options = Options(
            userAgent: "test/1", timeouts: timeouts, mostConnections: mostConnections, mostRequests: mostRequests,
            tls: tls, threadName: threadName)
        try self.init(base: endpoint, options: options)
    }

    /// Sends what must not be answered, and gives the error.
    func failure(
        _ request: HTTPRequest = HTTPRequest(method: "GET", target: "/"), at place: SourceLocation = #_sourceLocation
    ) async throws -> CurlError {
        try await #require(throws: CurlError.self, sourceLocation: place) { try await self.send(request) }
    }
}

/// Returns once `condition` holds; fails the test where it does not within a minute.
func eventually(_ condition: () -> Bool, at place: SourceLocation = #_sourceLocation) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        try #require(ContinuousClock.now < deadline, "it did not come true within a minute", sourceLocation: place)
        try await Task.sleep(for: .milliseconds(2))
    }
}
