// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import SyncboxCore
import Systemd

/// Where a daemon logs to: the journal, with structure, where its standard error leads there; else standard error.
package enum DaemonLogging {
    /// What the metadata keys become in the journal: `share` is `SYNCBOX_SHARE`.
    package static let journalPrefix = "SYNCBOX_"

    /// The handler for the program `identifier`, chosen by `$JOURNAL_STREAM`. A daemon whose output somebody redirected
    /// logs to that place, as its user expects, though the journal could be reached.
    package static func handler(
        identifier: String, threshold: LogThreshold, environment: ServiceEnvironment
    ) -> any LogHandler {
        let stream = environment.journalStream
        if let stream, stream.isConnected(to: STDERR_FILENO) || stream.isConnected(to: STDOUT_FILENO) {
            return JournalLogHandler(identifier: identifier, prefix: journalPrefix, threshold: threshold)
        }
        return StandardErrorLogHandler(identifier: identifier, threshold: threshold)
    }

    /// Makes every logger of the process log there. To be called once in a process, before the first logger is made.
    package static func bootstrap(identifier: String, threshold: LogThreshold, environment: ServiceEnvironment) {
        LoggingSystem.bootstrap { _ in
            handler(identifier: identifier, threshold: threshold, environment: environment)
        }
    }
}

extension Logger.Level {
    /// The level that the settings name.
    package init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
