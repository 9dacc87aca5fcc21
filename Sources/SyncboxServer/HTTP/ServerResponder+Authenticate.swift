// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import SyncboxCore
import SyncboxDaemon

extension ServerResponder {
    /// Who makes a request. Throws 401 for whom nobody knows, and 429 with `Retry-After` for those who fail too often.
    func authenticate(_ request: Request, _ origin: RequestOrigin) throws -> Caller {
        if !origin.isShared, let wait = server.attempts.wait(origin.network) { throw Self.tooMany(wait) }
        let words = request.headers[.authorization]?.split(separator: " ", maxSplits: 1)
        if let words, words.count == 2, words[0].lowercased() == "bearer",
            let caller = server.keyring.caller(bearing: words[1])
        {
            return caller
        }
        server.refusals.log(
            .keyRefused, origin.address, words == nil ? "no key was sent" : "the key is not known")
        if let wait = server.attempts.fail(origin.network, guess: words?.last?.hashValue) {
            throw Self.tooMany(wait)
        }
        throw HTTPError(
            .unauthorized, headers: [.wwwAuthenticate: "Bearer realm=\"syncbox\""],
            message: "the request needs a valid key: Authorization: Bearer SECRET")
    }

    private static func tooMany(_ wait: Duration) -> HTTPError {
        HTTPError(
            .tooManyRequests, headers: [.retryAfter: String(wait.components.seconds + 1)],
            message: "too many requests without a valid key came from there")
    }
}
