// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxFiles
import Synchronization

/// Removes, at a bounded interval and beside everything else, what shares have kept too long or too much of.
struct SweepKept: Service {
    /// The longest that something stays beyond its time, beside what it takes to remove what goes before it.
    static let interval = Duration.seconds(10)

    let server: Server

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                await sweepAll()
            }
        }
    }

    private func sweepAll() async {
        let wasCancelled = Flag()
        await withTaskCancellationHandler {
            await server.threads.run { [server] in
                for share in server.shares.values {
                    do {
                        try share.kept.sweep(at: .now) { !wasCancelled.isRaised }
                    } catch {
                        share.logger.warning("what is kept could not be swept; it will be tried again: \(error)")
                    }
                }
            }
        } onCancel: {
            wasCancelled.raise()
        }
    }
}

/// Told to a thread that works on: there is no waiting for it.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() {
        value.store(true, ordering: .relaxed)
    }
}
