// SPDX-License-Identifier: Apache-2.0

import Testing

extension Mirror {
    /// Waits until the client rests and both trees are equal, and fails the test when that takes longer than `limit`.
    func converges(
        within limit: Duration = .seconds(60), excluding: [String] = [], keeping: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let deadline = ContinuousClock.now + limit
        var last = "the client does not rest"
        repeat {
            if let status = try await clientStatus(), status.isIdle {
                last = try await Trees.difference(
                    source, destination, excluding: excluding, keeping: keeping, preserving: settings.preserve)
                if last.isEmpty { return }
                last += "problems: \(status.problems)"
            }
            try await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now < deadline
        let status = try await clientStatus()
        Issue.record(
            "not equal within \(limit): \(last)\n\(status.map { "\($0)" } ?? "no status")",
            sourceLocation: sourceLocation)
    }

    /// Runs a script in the source.
    @discardableResult
    func inSource(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        try await script(text, in: source, environment: variables, sourceLocation: sourceLocation)
    }

    /// What scripts know of the place: `$OUTSIDE`, on the source's file system, is not mirrored.
    var variables: [String: String] { ["OUTSIDE": directory, "DESTINATION": destination] }
}
