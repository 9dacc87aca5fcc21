// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore

/// The command line: parses it, runs the command, and turns what the command throws into one message and an exit code.
@main
enum Main {
    static func main() async {
        do {
            var command = try Syncbox.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            write(2, failure.text, failure.text.utf8.count)
            exit(failure.exitCode.rawValue)
        } catch {
            Syncbox.exit(withError: error)
        }
    }
}

/// The root of all commands.
struct Syncbox: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syncbox",
        abstract: "Looks after Syncbox, which mirrors directories from one machine to another.",
        version: "syncbox \(Version.text)",
        subcommands: [
            InitCommand.self, StatusCommand.self, LogCommand.self, WaitCommand.self, AuditCommand.self,
            ReleaseCommand.self, RescanCommand.self,
            RestoreCommand.self, CheckConfigCommand.self, KeyCommand.self,
        ])
}
