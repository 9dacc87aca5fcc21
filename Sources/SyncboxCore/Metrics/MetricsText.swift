// SPDX-License-Identifier: Apache-2.0

/// Writes metrics in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
///
///     # HELP syncbox_client_problems Paths in trouble.
///     # TYPE syncbox_client_problems gauge
///     syncbox_client_problems{client="src"} 0
package struct MetricsText: Sendable {
    /// What the text is, for the header `Content-Type`.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// A label's name and its value.
    package typealias Label = (name: String, value: String)

    /// A number, and whose it is.
    package typealias Sample = (labels: [Label], value: MetricValue)

    /// What is written of a number that there is one of, or none.
    static func one(_ value: MetricValue?, _ labels: [Label]) -> [Sample] { value.map { [(labels, $0)] } ?? [] }

    /// All that has been written.
    package private(set) var text = ""

    package init() {}

    /// Writes a number that goes up and down.
    package mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        family(name, "gauge", help, samples)
    }

    /// Writes a number that only goes up while the daemon runs; its name ends with `_total`.
    package mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        family(name, "counter", help, samples)
    }

    /// Writes how long something takes; the name ends with `_seconds`.
    package mutating func histogram(_ name: String, _ help: String, _ samples: [(labels: [Label], value: Histogram)]) {
        head(name, "histogram", help)
        for (labels, histogram) in samples {
            for (bound, count) in histogram.cumulative {
                sample("\(name)_bucket", labels + [("le", bound)], MetricValue(count))
            }
            sample("\(name)_sum", labels, histogram.total)
            sample("\(name)_count", labels, MetricValue(histogram.count))
        }
    }

    private mutating func family(
        _ name: String, _ type: String, _ help: String, _ samples: [Sample]
    ) {
        guard !samples.isEmpty else { return }
        head(name, type, help)
        for (labels, value) in samples { sample(name, labels, value) }
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [Label], _ value: MetricValue) {
        let all = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        text += "\(name)\(all.isEmpty ? "" : "{\(all)}") \(value.text)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
