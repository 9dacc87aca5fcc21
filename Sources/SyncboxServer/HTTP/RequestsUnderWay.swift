// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Synchronization

/// How many requests of each share are being served: from when their key is known until their answer is made.
final class RequestsUnderWay: Sendable {
    /// The most of one share at a time. A client has a few; whoever sends more is to wait with the rest.
    static let mostOfShare = 64

    private let most: Int
    private let counts = Mutex<[String: Int]>([:])

    init(most: Int) {
        self.most = most
    }

    /// Runs `body` as a request of `share`. Throws 503 where there are too many.
    func serve<Value>(_ share: String, _ body: () async throws -> Value) async throws -> Value {
        try begin(share)
        defer { end(share) }
        return try await body()
    }

    private func begin(_ share: String) throws(HTTPError) {
        let isAdmitted = counts.withLock { counts in
            guard counts[share, default: 0] < most else { return false }
            counts[share, default: 0] += 1
            return true
        }
        guard isAdmitted else {
            throw HTTPError(
                .serviceUnavailable, headers: [.retryAfter: "1"],
                message: "\(most) requests to this share are under way; wait for one to end")
        }
    }

    private func end(_ share: String) {
        counts.withLock { $0[share, default: 1] -= 1 }
    }
}
