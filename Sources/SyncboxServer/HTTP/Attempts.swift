// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Synchronization

/// The failed attempts of all addresses, counted by this machine's clock.
final class Attempts: Sendable {
    private let limit = Mutex(AttemptLimit<ContinuousClock.Instant>())

    /// See `AttemptLimit.fail`.
    func fail(_ address: String, guess: Int?) -> Duration? {
        limit.withLock { $0.fail(address, guess: guess, at: .now) }
    }

    /// See `AttemptLimit.wait`.
    func wait(_ address: String) -> Duration? {
        limit.withLock { $0.wait(address, at: .now) }
    }
}
