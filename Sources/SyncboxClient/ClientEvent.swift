// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import Systemd

/// The events that an operator looks for in a client's journal: `journalctl MESSAGE_ID=...` finds each.
///
/// The identifiers are drawn once and never change (journald's MESSAGE_ID, systemd.journal-fields(7)).
enum ClientEvent: String {
    /// The daemon watches its source.
    case started = "8d59d4f631ad43bb976021f1642bb1b2"
    /// The whole source has been compared with what is confirmed.
    case scanned = "62596888030f402abbe6ba6f05073b93"
    /// The index is not in line with the server, and is being mended.
    case aligning = "37e8bd671695442892a1ea5e7e661e52"
    /// The server does not take requests; one backoff for all paths.
    case linkDown = "2f65fd274d4047ce94162d78b13de003"
    /// The server takes requests again.
    case linkUp = "99335d27a5bd41a1933881f0edb58021"
    /// The kernel dropped events; the source is looked at again.
    case lostTrack = "f9f0bda54f2543baad67de1732681c19"
    /// Watches ran out; a part of the source is looked at in intervals.
    case unwatched = "421159f83b4d42ada845e0706903dc7f"
    /// A path can not be mirrored at the moment.
    case problem = "fcb73a872e42441280ca263a9a7a7f3d"
    /// A path that was in trouble is mirrored again.
    case problemSolved = "a751829529f049e98ecc9bf9b9919ed3"
    /// The daemon has finished what was in flight.
    case stopped = "dd84e7349d534f3f84e7de18153ee629"
}

extension Logger {
    /// Logs at `level` with the fields that an operator filters by: `MESSAGE_ID`, `SYNCBOX_PATH`, `SYNCBOX_PROBLEM`.
    func log(
        _ level: Level, _ message: @autoclosure () -> Message, event: ClientEvent, path: RelativePath? = nil,
        problem: ProblemKind? = nil
    ) {
        var metadata: Metadata = [:]
        metadata[JournalFields.messageIDKey] = "\(event.rawValue)"
        if let path { metadata["path"] = "\(path)" }
        if let problem { metadata["problem"] = "\(problem.word)" }
        log(level: level, message(), metadata: metadata)
    }
}
