// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon

/// The events that an operator looks for in a client's journal.
extension JournalEvent {
    /// The daemon watches its source.
    static let started = JournalEvent("8d59d4f631ad43bb976021f1642bb1b2")
    /// The whole source has been compared with what is confirmed.
    static let scanned = JournalEvent("62596888030f402abbe6ba6f05073b93")
    /// The index is not in line with the server, and is being mended.
    static let aligning = JournalEvent("37e8bd671695442892a1ea5e7e661e52")
    /// The server does not take requests; one backoff for all paths.
    static let linkDown = JournalEvent("2f65fd274d4047ce94162d78b13de003")
    /// The server takes requests again.
    static let linkUp = JournalEvent("99335d27a5bd41a1933881f0edb58021")
    /// The kernel dropped events; the source is looked at again.
    static let lostTrack = JournalEvent("f9f0bda54f2543baad67de1732681c19")
    /// Watches ran out; a part of the source is looked at in intervals.
    static let unwatched = JournalEvent("421159f83b4d42ada845e0706903dc7f")
    /// A path can not be mirrored at the moment.
    static let problem = JournalEvent("fcb73a872e42441280ca263a9a7a7f3d")
    /// A path that was in trouble is mirrored again.
    static let problemSolved = JournalEvent("a751829529f049e98ecc9bf9b9919ed3")
    /// Deletions are held back until a person releases them.
    static let held = JournalEvent("2e1b0b4c3d9a4c5f8f6a91d7e0c34b68")
    /// Deletions that were held back were released, or are wanted no more.
    static let released = JournalEvent("b94c6a1d5e7f43e2a0d8f3175c6be290")
    /// Both sides have been compared.
    static let audited = JournalEvent("0f7d2c95be614e3c9a58d1b3f2760ce4")
    /// The daemon has finished what was in flight.
    static let stopped = JournalEvent("dd84e7349d534f3f84e7de18153ee629")
}

extension Logger {
    /// Logs an event that concerns one path: an operator filters by `SYNCBOX_PATH` and `SYNCBOX_PROBLEM`.
    func log(
        _ event: JournalEvent, _ level: Level, _ message: @autoclosure () -> Message, path: RelativePath,
        problem: ProblemKind? = nil
    ) {
        var metadata: Metadata = ["path": "\(path)"]
        if let problem { metadata["problem"] = "\(problem.word)" }
        log(event, level, message(), metadata: metadata)
    }
}
