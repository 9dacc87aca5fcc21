// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `syncbox key`: what there is to do with keys.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and revoke the keys that clients prove themselves with.",
        subcommands: [KeyNewCommand.self, KeyListCommand.self, KeyRevokeCommand.self])
}
