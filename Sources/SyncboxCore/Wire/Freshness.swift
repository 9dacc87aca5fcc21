// SPDX-License-Identifier: Apache-2.0

/// How far a share reflects its source: everything that was done in the source before `instant` is durable here, but for
/// what the client tells as problems or held deletions.
///
/// Two clocks are in it, and nothing says that they agree: `instant` is told by the client's, so that it can be compared
/// with what happened there; `received` by the server's, so that it tells for how long nothing has been heard. Within an
/// epoch of the catalog `instant` never moves backwards, whatever the client's clock does.
package struct Freshness: Hashable, Sendable, Codable {
    /// On the client's clock: seconds since the epoch with nine decimals (`Timestamp.decimalText`).
    package var instant: String
    /// On the server's clock: when a client last told how far the share reflects its source.
    package var received: String

    package init(instant: Timestamp, received: Timestamp) {
        self.instant = instant.decimalText
        self.received = received.decimalText
    }

    /// What is known once a client has told `instant`, at `received`.
    package static func latest(_ known: Freshness?, _ instant: Timestamp, received: Timestamp) -> Freshness {
        let old = known.flatMap { Timestamp(decimal: $0.instant) }
        return Freshness(instant: max(old ?? instant, instant), received: received)
    }
}

/// What a client that has nothing to send tells its server, as JSON.
package struct FreshnessReport: Hashable, Sendable, Codable {
    /// The epoch of the state that the client has confirmed, as decimal digits.
    package var epoch: String
    /// Its sequence.
    package var sequence: UInt64
    /// As `Freshness.instant`.
    package var instant: String

    package init(state: ShareState, instant: Timestamp) {
        epoch = String(state.epoch)
        sequence = state.sequence
        self.instant = instant.decimalText
    }

    /// The state, or nil where the epoch is no number.
    package var state: ShareState? {
        UInt64(epoch).map { ShareState(epoch: $0, sequence: sequence) }
    }
}
