// SPDX-License-Identifier: Apache-2.0

/// What the system counts of a process, under the names that every Prometheus client library gives it
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
package struct ProcessFigures: Hashable, Sendable {
    /// When it started; nil, as for all that follows, where the system doesn't tell.
    package var started: Timestamp?
    /// The processor time that it used, in nanoseconds.
    package var processorTime: UInt64?
    /// The memory that it has, in bytes.
    package var residentMemory: UInt64?
    /// How many descriptors it has open, and may have.
    package var openDescriptors: UInt64?
    /// How many descriptors it may have open.
    package var mostDescriptors: UInt64?

    package init() {}

    /// Writes what is known.
    package func write(to text: inout MetricsText, _ labels: [MetricsText.Label]) {
        func one(_ value: MetricValue?) -> [MetricsText.Sample] { MetricsText.one(value, labels) }
        text.gauge(
            "process_start_time_seconds", "When the process started, since the epoch.",
            one(started.map { MetricValue($0) }))
        text.counter(
            "process_cpu_seconds_total", "Processor time that was used.",
            one(processorTime.map { MetricValue(nanoseconds: $0) }))
        text.gauge(
            "process_resident_memory_bytes", "Memory in use.", one(residentMemory.map { MetricValue($0) }))
        text.gauge("process_open_fds", "Open descriptors.", one(openDescriptors.map { MetricValue($0) }))
        text.gauge(
            "process_max_fds", "The most descriptors that may be open.", one(mostDescriptors.map { MetricValue($0) }))
    }
}
