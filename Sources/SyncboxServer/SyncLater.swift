// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxFiles

/// Syncs, at a bounded interval, what relaxed shares have published, records how far shares reflect their sources, and
/// gives up uploads that rest too long.
struct SyncLater: Service {
    /// The longest that a change of a relaxed share waits to be synced, beside the time that the sync takes.
    static let interval = Duration.seconds(5)

    let server: Server

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                await syncAll()
            }
        }
        await syncAll()
    }

    private func syncAll() async {
        await server.threads.run { [server] in
            for share in server.shares.values {
                do {
                    try share.syncLater()
                    try share.uploads.sweep(at: .now)
                    try share.recordFreshness(olderThan: Share.longestUnrecorded)
                } catch {
                    share.log(error, failing: "what was published could not be synced later; it will be tried again")
                }
            }
        }
    }
}
