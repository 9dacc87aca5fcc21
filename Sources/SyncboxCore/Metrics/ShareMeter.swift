// SPDX-License-Identifier: Apache-2.0

/// What a share of the server has measured since the start.
package struct ShareMeter: Hashable, Sendable {
    /// Changes by kind and outcome.
    package var tally = ChangeTally()
    /// From when it is a batch's turn until its record is durable.
    package var commits = Histogram()
    /// Each round of syncs of the destination, contents or names.
    package var syncs = Histogram()
    /// Bytes of content that arrived.
    package var bytesReceived: UInt64 = 0

    package init() {}
}
