// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore

/// `syncbox rescan INSTANCE`: compares a whole source with what is confirmed.
struct RescanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescan",
        abstract: "Let a client compare its whole source with what is confirmed.",
        discussion: """
            What differs is mirrored, and problems are tried again. Deletions that are held are forgotten where the entries \
            are there again, and held on where they are not. `syncbox wait` waits for the end.

            \([ExitCode.success, .usage, .noInput, .unavailable, .protocolMismatch, .noPermission].helpText)
            """)

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let _: ClientStatus = try await options.client.post("rescan", [String: String]())
        print("\(options.name): the source is being compared; syncbox wait waits for the end")
    }
}
