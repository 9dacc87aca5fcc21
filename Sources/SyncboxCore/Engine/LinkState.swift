// SPDX-License-Identifier: Apache-2.0

/// Whether the link to the server stands, and when to try again: one backoff for the link, however many paths wait.
package struct LinkState<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private let retry: RetryPolicy
    private var failures = 0
    /// When the next request may be made; nil while the link stands.
    package private(set) var retryAt: Instant?
    /// Why the link is down; nil while it stands.
    package private(set) var reason: String?

    package init(retry: RetryPolicy) {
        self.retry = retry
    }

    /// Whether a request may be made at `now`.
    package func isOpen(at now: Instant) -> Bool {
        retryAt.map { $0 <= now } ?? true
    }

    /// A request was answered. Whether the link was down before.
    package mutating func succeeded() -> Bool {
        defer {
            failures = 0
            retryAt = nil
            reason = nil
        }
        return reason != nil
    }

    /// A request failed. Whether the link stood before, or was down for another reason: worth a line in the log.
    package mutating func failed(_ reason: String, at now: Instant, chance: Double) -> Bool {
        defer { self.reason = reason }
        failures += 1
        retryAt = now.advanced(by: retry.delay(after: failures, chance: chance))
        return self.reason != reason
    }
}
