// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Logging

/// A log event as the journal's fields: `NAME=value` each, as sd_journal_sendv(3) takes them.
///
///     logger.error("cannot write a/b: No space left on device", metadata: ["share": "src", "message-id": "1f2e..."])
///
///     PRIORITY=3
///     MESSAGE=cannot write a/b: No space left on device
///     SYSLOG_IDENTIFIER=syncbox-server
///     SYNCBOX_SHARE=src                     the metadata key `share`, under the prefix `SYNCBOX_`
///     MESSAGE_ID=1f2e...                    the metadata key `message-id`: the entry of the journal catalog
///     CODE_FILE=..., CODE_LINE=..., CODE_FUNC=...
package struct JournalFields {
    /// The metadata key whose value, 32 hexadecimal digits, becomes `MESSAGE_ID`.
    package static let messageIDKey = "message-id"
    /// The longest name of a field, in bytes (systemd's `DATA_NAME_MAX`); the journal drops one that is longer.
    package static let longestName = 64

    /// The fields in order, each the bytes of `NAME=value`. A value may hold any bytes, line breaks too.
    package private(set) var fields: [[UInt8]] = []

    /// Lays `event` out under `identifier`, the metadata keys under `prefix`, in the order of their names.
    ///
    /// The message stays as it is written, for a person to read; the metadata is for searching.
    package init(_ event: LogEvent, metadata: Logger.Metadata, identifier: String, prefix: String) {
        append("PRIORITY", String(event.level.journalPriority))
        append("MESSAGE", event.sentence)
        append("SYSLOG_IDENTIFIER", identifier)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            append(key == Self.messageIDKey ? "MESSAGE_ID" : Self.name(of: key, prefix: prefix), value.description)
        }
        append("CODE_FILE", event.file)
        append("CODE_LINE", String(event.line))
        append("CODE_FUNC", event.function)
    }

    private mutating func append(_ name: String, _ value: String) {
        fields.append(Array("\(name)=\(value)".utf8))
    }

    /// The name of the field for a metadata key: capitals, digits and underscores are all that the journal takes.
    package static func name(of key: String, prefix: String) -> String {
        let allowed = key.utf8.map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): Character(Unicode.Scalar(byte - 32))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                Character(Unicode.Scalar(byte))
            default: "_"
            }
        }
        return String((prefix + allowed).prefix(longestName))
    }
}

extension Logger.Level {
    /// The priority of syslog(3).
    package var journalPriority: Int32 {
        switch self {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }
}
