// SPDX-License-Identifier: Apache-2.0

import GRDB
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// Runs the engine on a thread of its own until the shutdown, and then finishes what is in flight. Throws what ends it; an
/// index that can't be read or written is no mistake of Syncbox, and another start may find it well.
struct EngineService: Service {
    let engine: Engine
    /// The one thread that the engine lives on.
    let threads: FileThreads

    func run() async throws {
        try await withTaskExecutorPreference(threads) {
            try await withGracefulShutdownHandler {
                do {
                    try await engine.run()
                } catch let error as DatabaseError {
                    throw FatalError(
                        .inputOutput, "the index can't be read or written: \(error)",
                        remedy: "is its disk full, or failing (dmesg)?")
                }
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
