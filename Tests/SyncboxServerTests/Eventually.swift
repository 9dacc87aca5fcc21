// SPDX-License-Identifier: Apache-2.0

import Testing

/// Waits until `condition` holds, looking again and again, and fails the test when it has not come to hold within
/// `limit`. For what other processes do in their own time. Whether it came to hold.
@discardableResult
func eventually(
    _ claim: String, within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit): \(claim)", sourceLocation: sourceLocation)
            return false
        }
        try await Task.sleep(for: .milliseconds(10))
    }
    return true
}
