// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging

/// Writes a log event as one line of plain text to standard error, for a daemon that is run by hand or by another
/// supervisor:
///
///     syncbox-server: error: cannot write a/b: No space left on device share=src
///
/// Each line is one write(2), so that lines of several threads do not mix. A call blocks while the reader does.
package struct StandardErrorLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let identifier: String
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?

    /// Logs as `identifier` (the name of the program) what reaches `threshold`.
    package init(identifier: String, threshold: LogThreshold) {
        self.identifier = identifier
        self.threshold = threshold
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let merged = event.metadata(over: metadata, provider: metadataProvider)
        Self.write(Self.line(event, metadata: merged, identifier: identifier))
    }

    /// The line, with its end. Whatever would break it or move the terminal's cursor is escaped.
    package static func line(_ event: LogEvent, metadata: Logger.Metadata, identifier: String) -> String {
        let pairs = metadata.filter { $0.key != JournalFields.messageIDKey }.sorted { $0.key < $1.key }
        let text = pairs.reduce("\(identifier): \(event.level): \(event.sentence)") { text, pair in
            text + " \(pair.key)=\(pair.value)"
        }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            line += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        } + "\n"
    }

    /// Writes `line` to standard error. A closed standard error has no other place to be told; the line is lost.
    static func write(_ line: String) {
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
