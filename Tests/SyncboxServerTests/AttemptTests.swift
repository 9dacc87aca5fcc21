// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import SyncboxServer

@Suite("Failed attempts") struct AttemptTests {
    @Test("Who fails too often is told to wait; who comes through the same tunnel with a valid key is not")
    func attempts() async throws {
        let server = try RouteTests.TestServer()
        try await server.run { client in
            for number in 1...30 {
                let key = number.isMultiple(of: 2) ? "guess\(number)" : nil
                try await client.execute(uri: RouteTests.share, method: .get, headers: RouteTests.headers(key)) {
                    response in
                    #expect(response.status == (number <= 20 ? .unauthorized : .tooManyRequests), "\(number)")
                    let wait = response.headers[.retryAfter].flatMap { Int($0) }
                    #expect(number <= 20 ? wait == nil : (1...61).contains(wait ?? 0))
                    #expect(response.headers[.contentType] == "application/problem+json")
                }
            }
            try await client.execute(uri: RouteTests.share, method: .get, headers: RouteTests.headers("all")) {
                #expect($0.status == .ok)
            }
        }
    }
}
