// SPDX-License-Identifier: Apache-2.0

/// How long a client shall wait, as JSON: `POST /v1/wait`.
package struct WaitRequest: Hashable, Sendable, Codable {
    /// The waits that can be asked for.
    package static let range: ClosedRange<Duration> = .zero...(.seconds(24 * 60 * 60))
    /// The wait where nothing else is asked for.
    package static let usual = Duration.seconds(30)

    /// In milliseconds.
    package var milliseconds: Int64

    /// Asks for a wait of this length, to the millisecond.
    package init(_ timeout: Duration) {
        milliseconds = timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
    }

    /// The wait, brought into `range`.
    package var timeout: Duration {
        min(max(.milliseconds(milliseconds), Self.range.lowerBound), Self.range.upperBound)
    }
}

/// What a client answers to a `WaitRequest`.
package struct WaitAnswer: Hashable, Sendable, Codable {
    /// Whether everything that was done in the source before the request is durable at the destination, but for what the
    /// status tells as problems and held deletions. Otherwise the time was over first.
    package var isDone: Bool
    /// The client's status at the end.
    package var status: ClientStatus

    package init(isDone: Bool, status: ClientStatus) {
        self.isDone = isDone
        self.status = status
    }
}
