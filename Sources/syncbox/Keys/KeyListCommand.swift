// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// `syncbox key list`: the keys in the server's settings.
struct KeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the keys in the server's settings.",
        discussion: """
            One line for each key: its name, what it permits, where, and the files that have it.

            \([ExitCode.success, .usage, .configuration].helpText)
            """)

    @Flag(help: "List as JSON, on one line.")
    var json = false

    @OptionGroup var server: ServerSettingsOption

    /// One key, as it is listed.
    private struct Item: Encodable {
        let name: String
        let permissions: [String]
        /// Names of shares, or `*` alone.
        let shares: [String]
        let files: [String]
    }

    func run() throws {
        let (files, settings) = try server.read()
        let items = settings.keys.sorted { $0.key < $1.key }.map { name, key in
            let shares =
                switch key.shares {
                case .all: ["*"]
                case .named(let names): names.sorted()
                }
            let places = files.filter { INIDocument(reading: $0).section("key:\(name)") != nil }.map(\.name)
            let permissions = ServerSettings.Permission.allCases.filter(key.permissions.contains).map(\.rawValue)
            return Item(name: name, permissions: permissions, shares: shares, files: places)
        }
        if json { return print(try jsonText(items)) }
        let cells = items.map { item in
            [item.name] + [item.permissions, item.shares, item.files].map { $0.joined(separator: " ") }
        }
        for row in cells {
            print(Self.line(row, widths: (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }))
        }
    }

    private static func line(_ row: [String], widths: [Int]) -> String {
        zip(row, widths).map { text, width in text + String(repeating: " ", count: width - text.count) + "  " }.joined()
            + (row.last ?? "")
    }
}
