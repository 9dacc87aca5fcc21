// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import SyncboxFiles
import SyncboxTLS
import Synchronization

/// What answers requests: the open shares, the keys, and the threads on which the work is done.
final class Server: Sendable {
    /// The shares, by name. Which there are is fixed while the server runs.
    let shares: [String: Share]
    /// Who may do what.
    let keyring: Keyring
    /// Threads that may block.
    let threads: FileThreads
    /// What connections speak TLS by; nil where they don't.
    let tls: CurrentTLS?
    /// Who failed to prove itself lately, and how often.
    let attempts = Attempts()
    /// What each share's requests are served on: threads that may block, of which no share takes all.
    let lanes: [String: FileThreads.Lane]
    /// How many requests of each share are being served.
    let underWay: RequestsUnderWay
    /// Who was refused lately.
    let refusals: RefusalLog
    /// The audits that were asked for.
    let audits = Audits()
    /// How many requests were answered with which status.
    let answers = Mutex<[Int: UInt64]>([:])
    let logger: Logger

    /// How many threads serve requests: as many may be writing, or waiting for a disk, at the same time.
    static let threadCount = 8

    init(
        shares: [Share], keys: [String: ServerSettings.Key], tls: ServerTLS? = nil, threads: FileThreads,
        logger: Logger, requests: Int = RequestsUnderWay.mostOfShare
    ) {
        self.shares = Dictionary(uniqueKeysWithValues: shares.map { ($0.name, $0) })
        keyring = Keyring(keys)
        self.tls = tls.map(CurrentTLS.init)
        self.threads = threads
        lanes = self.shares.mapValues { _ in threads.lane() }
        underWay = RequestsUnderWay(most: requests)
        refusals = RefusalLog(logger: logger)
        self.logger = logger
    }
}

extension Server {
    /// The share of that name, where the key is good for it. Both questions are asked in any case: one that is forbidden is
    /// answered in the same time as one that is not there.
    func share(_ name: String, for caller: Caller) -> Share? {
        let isGood = caller.key.shares.contains(name)
        let share = shares[name]
        return isGood ? share : nil
    }
}
