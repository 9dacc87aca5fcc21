// SPDX-License-Identifier: Apache-2.0
import Logging
import Systemd

/// An event that an operator looks for, with the journal's MESSAGE_ID (systemd.journal-fields(7)): 128 bits in
/// hexadecimal digits, drawn once and never changed. `systemd/syncbox.catalog` explains each (`journalctl -x`).
///
///     journalctl -u syncbox-client@src MESSAGE_ID=...
///
/// Each daemon declares its own as static members.
package struct JournalEvent: Hashable, Sendable {
    /// The MESSAGE_ID.
    package let messageID: String

    /// The event that `messageID` names.
    package init(_ messageID: String) {
        self.messageID = messageID
    }
}

extension Logger {
    /// Logs an event under its MESSAGE_ID. Further fields are the metadata `share`, `path`, `problem`, ...
    package func log(
        _ event: JournalEvent, _ level: Logger.Level, _ message: @autoclosure () -> Logger.Message,
        metadata: Logger.Metadata = [:]
    ) {
        let identifier: Logger.Metadata = [JournalFields.messageIDKey: "\(event.messageID)"]
        log(level: level, message(), metadata: metadata.merging(identifier) { own, _ in own })
    }
}
