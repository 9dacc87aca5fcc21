// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// `syncbox key revoke NAME...`: takes keys out of the server's settings.
struct KeyRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take keys out of the server's settings.",
        discussion: """
            Removes a key's section wherever it stands, in the settings or in a drop-in, and leaves everything else in them \
            as it is. The key is good until the server is reloaded.

            \([ExitCode.success, .usage, .noInput, .cannotCreate, .configuration].helpText)
            """)

    @Argument(help: "The keys' names, as syncbox key list has them.")
    var names: [String]

    @OptionGroup var server: ServerSettingsOption

    func run() throws {
        for name in names {
            print("removed [key:\(name)] from \(try server.remove(name).joined(separator: " and "))")
        }
        print(ServerSettingsOption.reload)
    }
}
