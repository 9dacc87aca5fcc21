// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization
import Systemd

/// Keeps what it is told, in order.
final class Recorder<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    var elements: [Element] { kept.withLock { $0 } }

    func keep(_ element: Element) {
        kept.withLock { $0.append(element) }
    }
}

extension Recorder<String> {
    /// A notifier whose messages are kept here.
    var notifier: Notifier { Notifier { self.keep($0) } }

    /// A logger whose lines, `LEVEL MESSAGE`, are kept here.
    var logger: Logger { Logger(label: "test") { _ in RecordingLogHandler(lines: self) } }
}

struct RecordingLogHandler: LogHandler {
    let lines: Recorder<String>
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info

    init(lines: Recorder<String>) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.keep("\(event.level) \(event.message)")
    }
}
