// SPDX-License-Identifier: Apache-2.0
import Testing

/// Waits until `condition` holds, looking again and again, and ends the test when it has not come to hold within
/// `limit`. For what other processes do in their own time.
func eventually(
    _ claim: String, within limit: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "not within \(limit): \(claim)", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(50))
    }
}
