// SPDX-License-Identifier: Apache-2.0
import SyncboxDaemon

/// The events that an operator looks for in the server's journal.
extension JournalEvent {
    /// The server listens.
    static let started = JournalEvent("fbfe6e5e6ef24fd2ac772e05039a5a87")
    /// A share has been opened.
    static let shareOpened = JournalEvent("9c5617d6cd0345f8bb72e27d9cc09b04")
    /// A batch could not be synced or recorded, and nothing of it was acknowledged.
    static let commitFailed = JournalEvent("09d8e8f4948c489d8a7cef838b2056ca")
    /// Somebody came with a wrong key, or none.
    static let keyRefused = JournalEvent("4575aa4e104a4b50a53b5f5509d8b876")
    /// Somebody came with whom TLS could not be agreed on.
    static let handshakeRefused = JournalEvent("962bf14864eb4eea9f42bf79874414e8")
    /// An entry that Syncbox did not put there was replaced.
    static let entryReplaced = JournalEvent("34326fccb08e45068e6920387142bd86")
    /// Entries that Syncbox did not put there keep a directory from being removed.
    static let entriesKept = JournalEvent("afbc5baeb9194478827f0a41eb1ee047")
    /// A damaged catalog was moved aside, and a new one begun.
    static let catalogDamaged = JournalEvent("6d5e826ae5dc4955b089087cb6391764")
    /// After a crash the catalog was compared with the destination, and what differed was forgotten.
    static let catalogChecked = JournalEvent("c8d7fff5d65342cc9a3d9f7aa08d2d64")
    /// An audit has compared a share's catalog with its destination.
    static let audited = JournalEvent("5d0c3f64a8d94c17b2c7a0a6f1b9e853")
    /// Directories that the catalog knows were missing in the destination.
    static let directoryRemade = JournalEvent("7b807a1603f14769b72a5002e00c0758")
    /// After a crash an entry could not be looked at, so that it is sent again.
    static let entryUnseen = JournalEvent("4f0f6c3e8b1d4d5c9a7e2b6d18c3f590")
    /// What was removed or replaced could not be kept.
    static let versionsNotKept = JournalEvent("9f1d3c5be0a4462c8b17a94d6e2f5038")
}
