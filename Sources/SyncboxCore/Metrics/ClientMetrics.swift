// SPDX-License-Identifier: Apache-2.0

/// What a client measures, as Prometheus reads it. Every sample has the label `client`, the instance's name; none has a path.
package struct ClientMetrics: Sendable {
    /// What the client tells of itself otherwise.
    package var status: ClientStatus
    /// What it did since its start.
    package var counters: EngineCounters
    /// From sending a batch to the server's answer.
    package var batches: Histogram
    /// The instant up to which the destination reflects the source; nil before it is known.
    package var fresh: Timestamp?
    /// Large files that are being uploaded.
    package var uploads: Int
    /// How many directories this user may watch; nil where the system doesn't tell.
    package var watchLimit: Int?
    /// What the system counts.
    package var process: ProcessFigures

    package init(
        status: ClientStatus, counters: EngineCounters, batches: Histogram, fresh: Timestamp?, uploads: Int,
        watchLimit: Int?, process: ProcessFigures
    ) {
        self.status = status
        self.counters = counters
        self.batches = batches
        self.fresh = fresh
        self.uploads = uploads
        self.watchLimit = watchLimit
        self.process = process
    }

    /// The states that `syncbox_client_state` tells apart: those of `ClientStatus.state`.
    private static let states = [
        "starting", "waiting for the server", "aligning", "scanning", "mirroring", "idle", "stopping",
    ]

    /// All of it, as text.
    package var text: String {
        var text = MetricsText()
        writeState(to: &text)
        writeQueue(to: &text)
        writeWork(to: &text)
        writeWatch(to: &text)
        process.write(to: &text, labels)
        return text.text
    }

    private var labels: [MetricsText.Label] { [("client", status.instance)] }

    private func one(_ value: MetricValue?) -> [MetricsText.Sample] { MetricsText.one(value, labels) }

    private func writeState(to text: inout MetricsText) {
        text.gauge(
            "syncbox_client_info", "Which version runs, and which share it mirrors to; always 1.",
            [(labels + [("version", Version.text), ("share", status.share)], MetricValue(1))])
        text.gauge(
            "syncbox_client_state", "What the client does: 1 for the present state.",
            Self.states.map { (labels + [("state", $0)], MetricValue(status.state == $0)) })
        text.gauge(
            "syncbox_client_fresh_timestamp_seconds",
            "The instant up to which the destination reflects the source, since the epoch.",
            one(fresh.map { MetricValue($0) }))
        text.gauge(
            "syncbox_client_link_up", "Whether the server takes requests.", one(MetricValue(status.link == "up")))
        text.counter(
            "syncbox_client_link_failures_total", "Requests that failed, so that everything waited.",
            one(MetricValue(counters.linkFailures)))
        text.gauge("syncbox_client_problems", "Paths in trouble.", one(MetricValue(status.problemCount)))
        text.gauge(
            "syncbox_client_brake_held", "Whether deletions are held until somebody releases them.",
            one(MetricValue(status.brake != nil)))
    }

    private func writeQueue(to text: inout MetricsText) {
        text.gauge(
            "syncbox_client_entries", "Entries that the server has confirmed.", one(MetricValue(status.confirmed)))
        text.gauge(
            "syncbox_client_queue_paths", "Paths that are not mirrored yet.",
            [
                (labels + [("state", "waiting")], MetricValue(status.pending)),
                (labels + [("state", "in_flight")], MetricValue(status.inFlight)),
            ])
        text.gauge(
            "syncbox_client_uploads", "Large files that are being uploaded at present.", one(MetricValue(uploads)))
        text.gauge(
            "syncbox_client_special_files", "Sockets, pipes and devices, which are not mirrored.",
            one(MetricValue(status.special)))
    }

    private func writeWork(to text: inout MetricsText) {
        text.counter(
            "syncbox_client_changes_total", "Changes that the server answered, by kind and outcome.",
            counters.tally.samples(labels))
        text.counter(
            "syncbox_client_batches_total", "Batches that the server answered.", one(MetricValue(counters.batches)))
        text.counter(
            "syncbox_client_sent_bytes_total", "Bytes of content that were sent.",
            one(MetricValue(counters.bytesSent)))
        text.counter(
            "syncbox_client_saved_bytes_total",
            "Bytes of content that were not sent, because the destination had them already.",
            one(MetricValue(counters.bytesSaved)))
        text.histogram(
            "syncbox_client_latency_seconds",
            "From when a change was seen, mostly when its file was closed, until it was durable at the destination.",
            [(labels, counters.latency)])
        text.histogram(
            "syncbox_client_batch_seconds", "From sending a batch to the server's answer.", [(labels, batches)])
    }

    private func writeWatch(to text: inout MetricsText) {
        text.gauge("syncbox_client_watches", "Directories that are watched.", one(MetricValue(status.watches)))
        text.gauge(
            "syncbox_client_watch_limit", "Directories that all programs of the client's user may watch together.",
            one(watchLimit.map { MetricValue($0) }))
        text.counter(
            "syncbox_client_overflows_total", "How often the kernel dropped events.",
            one(MetricValue(counters.overflows)))
    }
}
