// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The real Prometheus, as Debian has it, which scrapes the daemons of a mirror every second and knows our alert rules.
struct Prometheus {
    /// Whether it is installed.
    static let isInstalled = ["prometheus", "promtool"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    private let child: Child
    private let address: String
    private let directory: String

    /// Starts it, with its data in the mirror's directory. `keyFile` is for the server.
    init(for mirror: Mirror, keyFile: String) throws {
        directory = mirror.directory
        address = "127.0.0.1:\(try freePort())"
        let rules = try packagingFile("prometheus/syncbox.rules.yml")
        let text = """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['\(rules)']
            scrape_configs:
              - job_name: syncbox-server
                authorization: {credentials_file: '\(keyFile)'}
                static_configs: [{targets: ['\(mirror.host):\(mirror.port)']}]
              - job_name: syncbox-client
                static_configs: [{targets: ['\(mirror.settings.metricsListen)']}]
            """
        try text.write(toFile: "\(directory)/prometheus.yml", atomically: true, encoding: .utf8)
        let log = open("\(directory)/prometheus.log", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(log) }
        child = try Child(
            [
                "/usr/bin/prometheus", "--config.file=\(directory)/prometheus.yml",
                "--storage.tsdb.path=\(directory)/prometheus", "--web.listen-address=\(address)",
            ], environment: ProcessInfo.processInfo.environment, output: log, errors: log)
    }

    /// The values that a query gives, whatever their labels; nil where it is not answered, or refused.
    func query(_ text: String) async throws -> [Double]? {
        /// The part of the answer that counts: https://prometheus.io/docs/prometheus/latest/querying/api/
        struct Answer: Decodable {
            var data: Data

            struct Data: Decodable {
                var result: [Sample]
            }

            struct Sample: Decodable {
                var value: [Value]
            }

            /// A time, which is a number, or the value, which is text.
            struct Value: Decodable {
                var number: Double?

                init(from decoder: any Decoder) throws {
                    let container = try decoder.singleValueContainer()
                    number = (try? container.decode(String.self)).flatMap(Double.init)
                }
            }
        }
        let answer = try await get("query", "--data-urlencode", "query=\(text)")
        let decoded = try? JSONDecoder().decode(Answer.self, from: Data(answer.utf8))
        return decoded?.data.result.compactMap { $0.value.last?.number }
    }

    /// What a route of its API answers.
    func get(_ route: String, _ options: String...) async throws -> String {
        try await run("/usr/bin/curl", ["-sfG", "http://\(address)/api/v1/\(route)"] + options).output
    }

    func end() async {
        child.signal(SIGKILL)
        _ = await child.ended()
    }
}

/// The path of a file below `packaging`.
func packagingFile(_ name: String) throws -> String {
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let path = root.appending(path: "packaging/\(name)").path
    try #require(FileManager.default.fileExists(atPath: path))
    return path
}
