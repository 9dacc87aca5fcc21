// SPDX-License-Identifier: Apache-2.0
import Logging
import Systemd

/// The log messages that ask for a person, with the identifiers under which the journal's catalog explains them
/// (`systemd/syncbox.catalog`, `journalctl -x`).
package enum JournalMessage: String, CaseIterable, Sendable {
    /// A daemon ended with an error.
    case ended = "7c1e9f6a5b0d4c32a6d1f0b85e4c2970"
    /// A part with work did not get on. Comes with the metadata `part`.
    case silent = "2d4f8b1c9e3a47d0b5c6e7f1a2093d84"
    /// New settings were refused.
    case notReloaded = "e58a3b7d14f046c9937c0d2b6a1f8e55"

    /// What a log call is given as metadata: the identifier, and `details` with it.
    package func metadata(_ details: Logger.Metadata = [:]) -> Logger.Metadata {
        details.merging([JournalFields.messageIDKey: "\(rawValue)"]) { detail, _ in detail }
    }
}
