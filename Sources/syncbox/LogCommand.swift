// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore

/// `syncbox log [INSTANCE]`: what a daemon wrote into the journal.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show what a client, or the server, wrote into the journal.",
        discussion: """
            This is journalctl(1) for the unit of an instance; it pages and colours as that does, and ends with its exit code.

              syncbox log src --problems --since yesterday
              syncbox log src --follow

            \([ExitCode.success, .usage, .noInput, .unavailable].helpText)
            """)

    @Argument(
        help: "A client's instance: the NAME of syncbox-client@NAME.", completion: .custom(Instances.completions))
    var instance: String?

    @Flag(help: "The server's journal.")
    var server = false

    @Flag(
        name: .shortAndLong, help: "Warnings and errors alone: problems, a link that is down, deletions that are held.")
    var problems = false

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(help: "From when on: 'yesterday', '2 hours ago', '2026-11-25 08:00' (systemd.time(7)).")
    var since: String?

    @Option(name: [.customShort("n"), .long], help: "How many lines, the last ones.")
    var lines: Int?

    @Flag(name: [.customShort("x"), .long], help: "Explain each kind of event: what it means, and what to do.")
    var explain = false

    func validate() throws {
        guard (instance != nil) != server else { throw ValidationError("Give an instance or --server.") }
        if let instance { try ClientOptions.validate(instance: instance) }
        if let lines, lines < 1 { throw ValidationError("--lines is at least 1.") }
    }

    func run() throws {
        var kind = DaemonKind.server
        if let instance {
            kind = .client(instance: instance)
            let instances = try Instances.find()
            if !instances.all.contains(instance), NearestWord.to(instance, among: instances.all) != nil {
                throw instances.explanation(for: instance, "")
            }
        }
        let command = ["journalctl"] + arguments(for: kind.unit)
        var words = command.map { strdup($0) } + [nil]
        execvp("journalctl", &words)
        let reason = String(cString: linux_error_text(linux_errno()))
        throw CommandFailure(.unavailable, "journalctl can't be run: \(reason); the journal is systemd's")
    }

    /// What journalctl is told.
    func arguments(for unit: String) -> [String] {
        var arguments = ["--unit=\(unit)"]
        // Everything from notice on down to debug is the story; from warning on somebody should look at it.
        if problems { arguments.append("--priority=warning") }
        if follow { arguments.append("--follow") }
        if let since { arguments.append("--since=\(since)") }
        if let lines { arguments.append("--lines=\(lines)") }
        if explain { arguments.append("--catalog") }
        return arguments
    }
}
