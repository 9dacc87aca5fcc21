// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// `syncbox wait INSTANCE`: returns when everything done so far is durable at the destination.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until everything done in a source so far is durable at its destination.",
        discussion: """
            What happens in the source after the command has begun is not waited for. Nor is what can't be mirrored: problems, \
            and deletions that are held, end the wait, and are told.

              make install && syncbox wait src && echo arrived

            \([ExitCode.success, .usage, .difference, .noInput, .unavailable, .temporaryFailure, .protocolMismatch, .noPermission]
                .helpText)
            """)

    /// How much longer than the client itself the command waits for its answer.
    private static let grace = Duration.seconds(10)

    @OptionGroup var options: ClientOptions

    @Option(help: "How long to wait at most, as 30s or 5min.")
    var timeout: WaitTimeout = WaitTimeout(duration: WaitRequest.usual)

    func run() async throws {
        let answer: WaitAnswer = try await options.client.post(
            "wait", WaitRequest(timeout.duration), longestAnswer: timeout.duration + Self.grace)
        try Self.check(answer, options.name, timeout.duration)
    }

    /// Throws what keeps source and destination apart.
    static func check(_ answer: WaitAnswer, _ name: String, _ timeout: Duration) throws(CommandFailure) {
        let status = answer.status
        var troubles: [String] = []
        if !answer.isDone {
            troubles.append(
                "not everything arrived within \(SettingsValue.text(of: timeout)) (\(status.state), "
                    + "\(status.pending + status.inFlight) pending)")
            if status.link != "up" { troubles.append("link: \(status.link)") }
        }
        if let brake = status.brake { troubles.append("deletions are held: \(brake)") }
        if let first = status.problems.first {
            troubles.append("\(status.problemCount) problems, as \(first.path): \(first.text)")
        }
        guard !troubles.isEmpty else { return }
        throw CommandFailure(
            answer.isDone ? .difference : .temporaryFailure, "\(name): \(troubles.joined(separator: "; "))")
    }
}

/// A wait as the command line has it.
struct WaitTimeout: ExpressibleByArgument {
    let duration: Duration

    init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = try? SettingsValue.duration(argument, in: WaitRequest.range) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { SettingsValue.text(of: duration) }
}
