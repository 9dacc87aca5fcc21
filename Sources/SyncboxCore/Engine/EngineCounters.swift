// SPDX-License-Identifier: Apache-2.0

/// What a client's engine has done since its start.
package struct EngineCounters: Hashable, Sendable {
    /// Changes that were acknowledged.
    package internal(set) var changes: UInt64 = 0
    /// Batches that were acknowledged.
    package internal(set) var batches: UInt64 = 0
    /// Bytes of content that were sent, in batches and in uploads.
    package internal(set) var bytesSent: UInt64 = 0
    /// Bytes of content that were not sent, because the destination could copy them from what it had.
    package internal(set) var bytesSaved: UInt64 = 0
    /// How often the kernel dropped events.
    package internal(set) var overflows: UInt64 = 0
    /// How often requests failed, so that everything waited for the link.
    package internal(set) var linkFailures: UInt64 = 0
    /// Changes by kind and outcome.
    package internal(set) var tally = ChangeTally()
    /// From when a path was touched, by an event or a scan, until it was durable at the destination.
    package internal(set) var latency = Histogram()

    package init() {}
}
