// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension Mirror {
    /// Runs a command of `syncbox` about the client.
    @discardableResult
    func command(_ name: String, _ arguments: String...) async throws -> Ended {
        try await run(Binaries.command, [name, "--socket", "\(clientState)/control.sock"] + arguments)
    }

    /// Begins a command, which the test waits for later.
    func beginCommand(_ name: String, _ arguments: String...) -> Task<Ended, any Error> {
        let all = [name, "--socket", "\(clientState)/control.sock"] + arguments
        return Task { try await run(Binaries.command, all) }
    }

    /// Begins a script in the source, which the test waits for later.
    func beginInSource(_ text: String) -> Task<String, any Error> {
        let (source, variables) = (source, variables)
        return Task { try await script(text, in: source, environment: variables) }
    }

    /// Waits until the client's status tells what it should.
    func tells(
        _ claim: String = "the status tells it", sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (ClientStatus) -> Bool
    ) async throws {
        try await eventually(claim, sourceLocation: sourceLocation) {
            try await clientStatus().map(condition) ?? false
        }
    }

    /// How many entries the destination has below `directory`.
    func count(_ directory: String = ".") async throws -> Int {
        let text = try await script(
            "find \(directory) -mindepth 1 -not -path './.syncbox*' | wc -l", in: destination)
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }
}
