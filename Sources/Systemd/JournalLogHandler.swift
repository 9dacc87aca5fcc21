// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import Logging

/// Writes log events to the journal with their structure, by sd_journal_sendv(3). `JournalFields` tells the layout.
///
/// A call blocks while the journal's socket is full. What the journal does not take goes to standard error instead.
package struct JournalLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let identifier: String
    private let prefix: String
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?

    /// Logs as `identifier` (the name of the program) what reaches `threshold`. Metadata keys become fields under
    /// `prefix`, for example `SYNCBOX_`, which begins with a capital letter.
    package init(identifier: String, prefix: String, threshold: LogThreshold) {
        self.identifier = identifier
        self.prefix = prefix
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
        let layout = JournalFields(event, metadata: merged, identifier: identifier, prefix: prefix)
        if Self.send(layout.fields) < 0 {
            StandardErrorLogHandler.write(StandardErrorLogHandler.line(event, metadata: merged, identifier: identifier))
        }
    }

    /// Sends one entry; negative on failure. The fields lie one after another in one buffer, a vector for each.
    private static func send(_ fields: [[UInt8]]) -> Int32 {
        var bytes = Array(fields.joined())
        return bytes.withUnsafeMutableBytes { buffer in
            guard var next = buffer.baseAddress else { return -EINVAL }
            var vectors: [iovec] = []
            for field in fields {
                vectors.append(iovec(iov_base: next, iov_len: field.count))
                next += field.count
            }
            return sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}
