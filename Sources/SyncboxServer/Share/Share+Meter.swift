// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

/// What is measured of a share: once a batch or a part of an upload, never once a file.
extension Share {
    /// Counts the changes of a batch that have outcomes, and the bytes of content that came with it.
    func measure(_ changes: [StagedChange<StagedEntry>], contentSize: Int) {
        meter.withLock { meter in
            meter.bytesReceived += UInt64(contentSize)
            for change in changes {
                if let outcome = change.outcome { meter.tally.count(change.change, outcome) }
            }
        }
    }

    /// Counts a commit whose turn it was at `start`.
    func measureCommit(since start: ContinuousClock.Instant) {
        meter.withLock { $0.commits.observe(start.duration(to: .now)) }
    }

    /// Counts a round of syncs that began at `start`.
    func measureSync(since start: ContinuousClock.Instant) {
        meter.withLock { $0.syncs.observe(start.duration(to: .now)) }
    }

    /// Counts bytes of content that arrived beside batches.
    func measureReceived(_ bytes: UInt64) {
        meter.withLock { $0.bytesReceived += bytes }
    }
}
