// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// `syncbox release INSTANCE`: lets deletions go that are held.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let deletions go that a client holds back.",
        discussion: """
            A client holds deletions back where most of a tree would go at once, or where it found its source empty; see \
            [safety] in syncbox-client.conf(5). Look at the source before you release them: what is gone there will be gone \
            at the destination.

            \([ExitCode.success, .usage, .noInput, .unavailable, .protocolMismatch, .noPermission].helpText)
            """)

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer: ReleaseAnswer = try await options.client.post("release", [String: String]())
        print("\(options.name): \(answer.released.map { "released: \($0)" } ?? "nothing is held")")
    }
}
