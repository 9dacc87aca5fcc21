// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// Runs the engine on a thread of its own until the shutdown, and then finishes what is in flight.
struct EngineService: Service {
    let engine: Engine
    /// The one thread that the engine lives on.
    let threads: FileThreads

    func run() async throws {
        try await withTaskExecutorPreference(threads) {
            try await withGracefulShutdownHandler {
                try await engine.run()
            } onGracefulShutdown: {
                // The handler can't wait, and need not: `run` returns when the engine has stopped.
                Task { await engine.stop() }
            }
        }
    }
}

/// Refreshes a status line that is made after those who want to refresh it.
final class StatusLineBox: Sendable {
    private let line = Mutex<StatusLine?>(nil)

    func set(_ line: StatusLine) {
        self.line.withLock { $0 = line }
    }

    /// Asks for the line to be made anew.
    var refresh: @Sendable () -> Void {
        { self.line.withLock { $0 }?.refresh() }
    }
}
