// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A unit in a box.
struct Unit: Sendable {
    let box: Box
    let name: String

    /// The property of that name, as `systemctl show` prints it.
    func property(_ property: String) async throws -> String {
        try await box.run("systemctl show -P \(property) '\(name)'").trimmingCharacters(in: .newlines)
    }

    /// `active`, `failed`, `inactive`, ...
    var state: String {
        get async throws { try await property("ActiveState") }
    }

    /// The daemon's process, as its box counts; 0 where there is none.
    var processID: Int {
        get async throws { try #require(Int(try await property("MainPID"))) }
    }

    /// The messages of the unit in the journal, the manager's about it too, each with all its fields.
    func journal(_ filter: String = "") async throws -> [[String: String]] {
        let lines = try await box.run("journalctl --sync; journalctl -u '\(name)' -o json \(filter)")
        return try lines.split(separator: "\n").map { line in
            let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (fields ?? [:]).compactMapValues { $0 as? String }
        }
    }

    /// Whether a message in the journal contains `text`.
    func hasLogged(_ text: String) async throws -> Bool {
        try await journal().contains { $0["MESSAGE"]?.contains(text) == true }
    }

    /// Adds a drop-in to the unit, in `/run`.
    func override(_ section: String) async throws {
        try await box.run(
            """
            mkdir -p '/run/systemd/system/\(name).d'
            printf '%s\\n' '\(section)' >'/run/systemd/system/\(name).d/test.conf'
            systemctl daemon-reload
            """)
    }
}
