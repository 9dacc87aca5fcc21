// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization

/// Gives memory back to the machine when much has been done and nothing more comes.
///
/// The C library keeps what is freed for later, in an arena for each thread: after a first sync that is several times what the
/// daemon then needs, for weeks. The heap is the process's, and so there is one trimmer.
package final class MemoryTrimmer: Sendable {
    /// The process's.
    package static let shared = MemoryTrimmer()

    /// After how much work it is worth the while, in entries that were looked at, sent or committed.
    private static let worthwhile = 5_000
    /// How long nothing may have come.
    private static let quiet = Duration.seconds(2)

    /// What has been worked on, and whether somebody waits for its end.
    private struct State {
        var work = 0
        var lastWork = ContinuousClock.now
        var isWaiting = false
    }

    private let state = Mutex(State())

    /// From this size on, memory comes from the kernel and goes back to it when it is freed, in bytes.
    private static let largeBlock: Int32 = 256 << 10

    /// Keeps the C library to few arenas, and large blocks out of them: each holds on to what was freed in it. To be called
    /// once, before other threads are.
    package static func limitArenas() {
        linux_limit_arenas(2, largeBlock)
    }

    /// Notes that so many entries were worked on. Cheap.
    package func worked(on count: Int) {
        let begins = state.withLock { state in
            state.work += count
            state.lastWork = .now
            guard state.work >= Self.worthwhile, !state.isWaiting else { return false }
            state.isWaiting = true
            return true
        }
        if begins { Task.detached { await self.trimWhenQuiet() } }
    }

    private func trimWhenQuiet() async {
        while true {
            let wait = state.withLock { $0.lastWork }.advanced(by: Self.quiet) - .now
            guard wait > .zero else { break }
            try? await Task.sleep(for: wait)
        }
        state.withLock { state in
            state.work = 0
            state.isWaiting = false
        }
        linux_trim_memory()
    }
}
