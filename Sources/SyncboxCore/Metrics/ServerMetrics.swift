// SPDX-License-Identifier: Apache-2.0

/// What a server measures, as Prometheus reads it. What belongs to a share has the label `share`; nothing tells a path.
package struct ServerMetrics: Sendable {
    /// One share.
    package struct Share: Sendable {
        /// What the server tells of it otherwise.
        package var status: ServerStatus.Share
        /// What it measured.
        package var meter: ShareMeter
        /// Uploads that are begun and not put in place.
        package var uploads: Int
        /// The room on its file system; nil where that can't be told.
        package var room: FileSystemRoom?

        package init(status: ServerStatus.Share, meter: ShareMeter, uploads: Int, room: FileSystemRoom?) {
            self.status = status
            self.meter = meter
            self.uploads = uploads
            self.room = room
        }

        fileprivate var labels: [MetricsText.Label] { [("share", status.description.name)] }
    }

    /// In the order of their names.
    package var shares: [Share]
    /// How many requests were answered with which status.
    package var answers: [Int: UInt64]
    /// What the system counts.
    package var process: ProcessFigures

    package init(shares: [Share], answers: [Int: UInt64], process: ProcessFigures) {
        self.shares = shares
        self.answers = answers
        self.process = process
    }

    /// All of it, as text.
    package var text: String {
        var text = MetricsText()
        text.gauge(
            "syncbox_server_info", "Which version runs; always 1.", [([("version", Version.text)], MetricValue(1))])
        text.counter(
            "syncbox_server_requests_total", "Requests that were answered, by status.",
            answers.sorted { $0.key < $1.key }.map { ([("code", String($0.key))], MetricValue($0.value)) })
        writeContents(to: &text)
        writeWork(to: &text)
        writeRoom(to: &text)
        process.write(to: &text, [])
        return text.text
    }

    private func each(_ value: (Share) -> MetricValue?) -> [MetricsText.Sample] {
        shares.compactMap { share in value(share).map { (share.labels, $0) } }
    }

    private func writeContents(to text: inout MetricsText) {
        text.gauge(
            "syncbox_server_entries", "Entries in the share.", each { MetricValue($0.status.description.entries) })
        text.gauge(
            "syncbox_server_content_bytes", "Bytes of the files in the share.",
            each { MetricValue($0.status.description.bytes) })
        text.gauge(
            "syncbox_server_fresh_timestamp_seconds",
            "The instant, on the client's clock, up to which the share reflects its source, since the epoch.",
            each { $0.status.description.fresh.flatMap { Timestamp(decimal: $0.instant) }.map { MetricValue($0) } })
        text.gauge(
            "syncbox_server_heard_timestamp_seconds",
            "When, on the server's clock, a client last told how far the share reflects its source, since the epoch.",
            each { $0.status.description.fresh.flatMap { Timestamp(decimal: $0.received) }.map { MetricValue($0) } })
        text.gauge(
            "syncbox_server_writer", "Whether a client writes to the share at present.",
            each { MetricValue($0.status.writer != nil) })
        text.gauge(
            "syncbox_server_kept_entries", "Removed and replaced entries that are kept.",
            each { $0.status.keptEntries.map { MetricValue($0) } })
        text.gauge(
            "syncbox_server_kept_bytes", "Bytes of the files that are kept.",
            each { $0.status.keptBytes.map { MetricValue($0) } })
    }

    private func writeWork(to text: inout MetricsText) {
        text.counter(
            "syncbox_server_changes_total", "Changes that were answered, by kind and outcome.",
            shares.flatMap { $0.meter.tally.samples($0.labels) })
        text.counter(
            "syncbox_server_batches_total", "Batches that were committed.", each { MetricValue($0.status.batches) })
        text.counter(
            "syncbox_server_received_bytes_total", "Bytes of content that arrived.",
            each { MetricValue($0.meter.bytesReceived) })
        text.counter(
            "syncbox_server_syncs_total", "Calls of fsync, fdatasync and syncfs on the destination.",
            each { MetricValue($0.status.syncs) })
        text.histogram(
            "syncbox_server_commit_seconds", "From a batch's turn until it is durable and recorded.",
            shares.map { ($0.labels, $0.meter.commits) })
        text.histogram(
            "syncbox_server_sync_seconds", "Each round of syncs of the destination, of contents or of names.",
            shares.map { ($0.labels, $0.meter.syncs) })
        text.gauge(
            "syncbox_server_uploads", "Uploads that are begun and not put in place.", each { MetricValue($0.uploads) })
    }

    private func writeRoom(to text: inout MetricsText) {
        text.gauge(
            "syncbox_server_available_bytes", "Bytes that can still be written to the share's file system.",
            each { $0.room.map { MetricValue($0.availableBytes) } })
        text.gauge(
            "syncbox_server_size_bytes", "The size of the share's file system.",
            each { $0.room.map { MetricValue($0.bytes) } })
        text.gauge(
            "syncbox_server_available_inodes", "Entries that can still be made on the share's file system.",
            each { $0.room.flatMap { $0.inodes > 0 ? MetricValue($0.availableInodes) : nil } })
        text.gauge(
            "syncbox_server_inodes", "How many entries the share's file system can hold.",
            each { $0.room.flatMap { $0.inodes > 0 ? MetricValue($0.inodes) : nil } })
    }
}
