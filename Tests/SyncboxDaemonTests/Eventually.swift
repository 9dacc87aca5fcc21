// SPDX-License-Identifier: Apache-2.0
import Testing

/// Waits until `condition` holds, looking every few milliseconds, and fails the test when it has not come to hold in
/// a minute. For what another process, the kernel or another thread does in its own time.
func eventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("did not come to hold within a minute", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
