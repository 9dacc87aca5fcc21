// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirroring {
    /// What the daemons measure, as Prometheus has it.
    @Suite struct MetricsTests {
        @Test(
            "Prometheus gets what the daemons measure, the figures are right, and every rule and plot finds its own",
            .enabled(if: Prometheus.isInstalled))
        func prometheus() async throws {
            try await withMirror { mirror in
                try await Self.start(mirror)
                let prometheus = try Prometheus(for: mirror, keyFile: "\(mirror.directory)/read.key")
                await Self.ending(prometheus) {
                    try await mirror.inSource(
                        """
                        mkdir d; for i in {1..300}; do echo $i > d/$i; done
                        head -c 3000000 /dev/urandom > large
                        """)
                    try await mirror.converges()
                    try await mirror.inSource("rm d/300; echo more >> large; ln -s d l")
                    try await mirror.converges()
                    try await Self.checkFigures(mirror, prometheus)
                    try await Self.checkRules(prometheus)
                    try await Self.checkPlots(prometheus)
                }
            }
        }

        @Test("At every place the text has no fault that promtool finds", .enabled(if: Prometheus.isInstalled))
        func places() async throws {
            try await withMirror { mirror in
                try await Self.start(mirror)
                try await mirror.inSource("echo 1 > a")
                try await mirror.converges()
                let key = try String(contentsOfFile: "\(mirror.directory)/read.key", encoding: .utf8)
                let places = [
                    "http://\(mirror.settings.metricsListen)/metrics",
                    "--unix-socket \(mirror.clientState)/control.sock http://syncbox/metrics",
                    "--unix-socket \(mirror.serverState)/control.sock http://syncbox/metrics",
                    "-H 'Authorization: Bearer \(key.trimmingCharacters(in: .newlines))' http://127.0.0.1:\(mirror.port)/metrics",
                ]
                for place in places {
                    let found = try await script("curl -sf \(place) | promtool check metrics", in: mirror.directory)
                    #expect(found == "", "\(place)")
                }
                let path = mirror.source
                #expect(try await script("curl -sf \(places[0]) | grep -c '\(path)' || true", in: "/") == "0\n")
            }
        }

        @Test("The server shows them to a key that may read, of the shares that it is good for, and to nobody else")
        func permissions() async throws {
            try await withMirror { mirror in
                try await Self.start(mirror)
                let url = "http://127.0.0.1:\(mirror.port)/metrics"
                let show = "curl -s -o /dev/null -w '%{http_code}'"
                #expect(try await script("\(show) \(url)", in: "/") == "401")
                let key = "$(cat '\(mirror.keyFile)')"
                #expect(try await script("\(show) -H \"Authorization: Bearer \(key)\" \(url)", in: "/") == "403")
            }
        }

        @Test("Each alert is silent while all is well, and comes when it should", .enabled(if: Prometheus.isInstalled))
        func alerts() async throws {
            let rules = try packagingFile("prometheus/syncbox.rules.yml")
            let tests = try packagingFile("prometheus/syncbox.rules.test.yml")
            let ended = try await run("/usr/bin/promtool", ["test", "rules", tests])
            #expect(ended.exitCode == 0, "\(ended.output)\(ended.errors)")
            let names = "sed -n 's/.*alert: \\(Syncbox.*\\)/\\1/p' '\(rules)' | sort -u"
            let tried = "sed -n 's/.*- alertname: \\(Syncbox.*\\)/\\1/p' '\(tests)' | sort -u"
            #expect(try await script("comm -3 <(\(names)) <(\(tried))", in: "/") == "")
            #expect(try await script("\(names) | wc -l", in: "/") != "0\n")
        }

        /// Starts both daemons, the client with an address for metrics; beside them lies `read.key`, which may read.
        private static func start(_ mirror: Mirror) async throws {
            mirror.settings.metricsListen = "127.0.0.1:\(try freePort())"
            try await mirror.makeKey()
            let made = try await run(
                Binaries.command,
                [
                    "key", "new", "prometheus", "--share", "src", "--permission", "read", "--output",
                    "\(mirror.directory)/read.key",
                ])
            let known = try String(contentsOfFile: mirror.serverConfiguration, encoding: .utf8)
            let keeping = known.replacing("[share:src]", with: "[share:src]\nkeep-deleted = 1h")
            try "\(keeping)\n\(made.output)".write(
                toFile: mirror.serverConfiguration, atomically: true, encoding: .utf8)
            try await mirror.startServer()
            try await mirror.startClient()
        }

        private static func ending(_ prometheus: Prometheus, _ body: () async throws -> Void) async {
            do { try await body() } catch { Issue.record(error) }
            await prometheus.end()
        }

        /// Compares figures with what is counted otherwise.
        private static func checkFigures(_ mirror: Mirror, _ prometheus: Prometheus) async throws {
            let status = try #require(try await mirror.clientStatus())
            let entries = try await mirror.count()
            let bytes = try await script(
                "find . -type f -printf '%s\\n' | awk '{n += $1} END {print n}'", in: mirror.source)
            let expected: [(query: String, value: Double?)] = [
                ("sum(syncbox_client_changes_total{outcome=\"acknowledged\"})", Double(status.changes)),
                ("syncbox_client_sent_bytes_total", Double(status.bytesSent)),
                ("sum(syncbox_server_changes_total{outcome=\"acknowledged\"})", Double(status.changes)),
                ("syncbox_server_received_bytes_total", Double(status.bytesSent)),
                ("syncbox_client_entries", Double(entries)), ("syncbox_server_entries", Double(entries)),
                ("syncbox_server_content_bytes", Double(bytes.trimmingCharacters(in: .newlines))),
                ("syncbox_client_changes_total{kind=\"remove\", outcome=\"acknowledged\"}", 1),
                ("syncbox_client_changes_total{kind=\"link\", outcome=\"acknowledged\"}", 1),
                ("syncbox_client_saved_bytes_total > bool 1000000", 1),
                ("syncbox_client_latency_seconds_count > bool 300", 1),
                ("syncbox_server_commit_seconds_count == bool syncbox_server_batches_total", 1),
                ("syncbox_client_brake_held", 0), ("syncbox_client_problems", 0), ("syncbox_client_link_up", 1),
                ("time() - syncbox_client_fresh_timestamp_seconds < bool 60", 1),
                ("time() - process_start_time_seconds{client=\"src\"} < bool 300", 1),
                ("syncbox_client_state{state=\"idle\"}", 1), ("up{job=\"syncbox-server\"}", 1),
            ]
            for (query, value) in expected {
                try await eventually("\(query) is \(value ?? .nan)") {
                    try await prometheus.query(query) == value.map { [$0] }
                }
            }
        }

        /// Every rule can be evaluated, and each metric in it exists.
        private static func checkRules(_ prometheus: Prometheus) async throws {
            try await eventually("all rules are well") {
                let rules = try await prometheus.get("rules")
                return rules.contains(#""health":"ok""#) && !rules.contains(#""health":"unknown""#)
            }
            #expect(try await !prometheus.get("rules").contains(#""health":"err""#))
            let text = try String(contentsOfFile: packagingFile("prometheus/syncbox.rules.yml"), encoding: .utf8)
            let names = Set(text.matches(of: /syncbox_[a-z_]+/).map { String($0.output) })
            #expect(names.count > 10)
            for name in names {
                #expect(try await prometheus.query(name)?.isEmpty == false || name.hasSuffix("_seconds"), "\(name)")
            }
        }

        /// Every plot of the dashboard has something to show.
        private static func checkPlots(_ prometheus: Prometheus) async throws {
            /// What of Grafana's model counts here.
            struct Dashboard: Decodable {
                var panels: [Panel]

                struct Panel: Decodable {
                    var title: String
                    var targets: [Target]
                }

                struct Target: Decodable {
                    var expr: String
                }
            }
            let file = try Data(contentsOf: URL(filePath: packagingFile("grafana/syncbox.json")))
            let dashboard = try JSONDecoder().decode(Dashboard.self, from: file)
            #expect(dashboard.panels.count > 10)
            for panel in dashboard.panels {
                for target in panel.targets where !target.expr.contains("outcome!=") {
                    let query = target.expr.replacing("$__rate_interval", with: "1m")
                        .replacing(/"\$[a-z]+"/, with: #"".+""#)
                    try await eventually("\(panel.title): \(query) has values") {
                        try await prometheus.query(query)?.isEmpty == false
                    }
                }
            }
        }
    }
}
