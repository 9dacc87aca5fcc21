// SPDX-License-Identifier: Apache-2.0

/// The events that either daemon has.
extension JournalEvent {
    /// The daemon ended with an error.
    static let ended = JournalEvent("7c1e9f6a5b0d4c32a6d1f0b85e4c2970")
    /// A part with work did not get on. Comes with the metadata `part`.
    static let silent = JournalEvent("2d4f8b1c9e3a47d0b5c6e7f1a2093d84")
    /// New settings were refused.
    static let notReloaded = JournalEvent("e58a3b7d14f046c9937c0d2b6a1f8e55")
}
