// SPDX-License-Identifier: Apache-2.0
import Logging

/// Events that an operator looks for, each with the journal's MESSAGE_ID that the catalog in systemd/ explains.
///
///     journalctl -u syncbox-server MESSAGE_ID=...
enum ServerEvent: String, CaseIterable, Sendable {
    /// The server listens.
    case started = "fbfe6e5e6ef24fd2ac772e05039a5a87"
    /// A share has been opened.
    case shareOpened = "9c5617d6cd0345f8bb72e27d9cc09b04"
    /// A batch could not be synced or recorded, and nothing of it was acknowledged.
    case commitFailed = "09d8e8f4948c489d8a7cef838b2056ca"
    /// Somebody came with a wrong key, or none.
    case keyRefused = "4575aa4e104a4b50a53b5f5509d8b876"
    /// An entry that Syncbox did not put there was replaced.
    case entryReplaced = "34326fccb08e45068e6920387142bd86"
    /// Entries that Syncbox did not put there keep a directory from being removed.
    case entriesKept = "afbc5baeb9194478827f0a41eb1ee047"
    /// A damaged catalog was moved aside, and a new one begun.
    case catalogDamaged = "6d5e826ae5dc4955b089087cb6391764"
    /// After a crash the catalog was compared with the destination, and what differed was forgotten.
    case catalogChecked = "c8d7fff5d65342cc9a3d9f7aa08d2d64"
    /// Directories that the catalog knows were missing in the destination.
    case directoryRemade = "7b807a1603f14769b72a5002e00c0758"
}

extension Logger {
    /// Logs an event under its MESSAGE_ID.
    func log(
        _ event: ServerEvent, _ level: Logger.Level, _ message: Logger.Message, metadata: Logger.Metadata = [:]
    ) {
        log(level: level, message, metadata: metadata.merging(["message-id": "\(event.rawValue)"]) { own, _ in own })
    }
}
