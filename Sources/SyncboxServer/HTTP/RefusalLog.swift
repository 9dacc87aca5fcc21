// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxDaemon
import Synchronization

/// Logs refused keys, once per address and minute: who guesses keys shall not fill the journal.
final class RefusalLog: Sendable {
    /// How long an address is not logged again.
    static let pause = Duration.seconds(60)
    /// The most addresses that are kept in mind; beyond it all are forgotten.
    static let mostAddresses = 1000

    private let logger: Logger
    private let logged = Mutex<[String: ContinuousClock.Instant]>([:])

    init(logger: Logger) {
        self.logger = logger
    }

    /// A request from `address` came with a wrong key, or without any.
    func log(_ address: String, hasKey: Bool) {
        let now = ContinuousClock.now
        let isDue = logged.withLock { logged in
            if let last = logged[address], now - last < Self.pause { return false }
            if logged.count >= Self.mostAddresses { logged.removeAll() }
            logged[address] = now
            return true
        }
        guard isDue else { return }
        logger.log(
            .keyRefused, .warning, "refused \(address): \(hasKey ? "the key is not known" : "no key was sent")",
            metadata: ["address": "\(address)"])
    }
}
