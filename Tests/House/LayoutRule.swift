// SPDX-License-Identifier: Apache-2.0

/// The top of the repository holds the rooms, and nothing else.
enum LayoutRule {
    private static let rooms: Set = [
        "Package.swift", "Sources", "Tests", "packaging", "systemd", "config", "README.md",
    ]
    /// What SwiftPM writes and git ignores.
    private static let written: Set = ["Package.resolved"]

    /// The names that have no place at the top.
    static func strangers(among names: [String]) -> [String] {
        names.filter { !$0.hasPrefix(".") && !rooms.contains($0) && !written.contains($0) }
    }
}
