// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxDaemon
import Synchronization

/// Logs whom the server refused, once per address and minute: who guesses keys shall not fill the journal.
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

    /// `address` was refused, and why.
    func log(_ event: JournalEvent, _ address: String, _ reason: String) {
        let now = ContinuousClock.now
        let isDue = logged.withLock { logged in
            if let last = logged[address], now - last < Self.pause { return false }
            if logged.count >= Self.mostAddresses { logged.removeAll() }
            logged[address] = now
            return true
        }
        guard isDue else { return }
        logger.log(event, .warning, "refused \(address): \(reason)", metadata: ["address": "\(address)"])
    }
}
