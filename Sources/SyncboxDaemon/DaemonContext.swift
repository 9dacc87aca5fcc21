// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncboxCore
import Systemd

/// What a daemon's parts speak with the outside by. `runDaemon` makes it and hands it to whoever assembles the daemon.
package struct DaemonContext: Sendable {
    /// Where everything is logged.
    package let logger: Logger
    /// The level of that log: what the settings say, as soon as they are known and at each reload.
    package let logThreshold: LogThreshold
    /// The variables that the service manager set.
    package let environment: ServiceEnvironment
    /// The line to the service manager.
    package let notifier: Notifier
    /// Who tells the manager that the daemon has started.
    package let readiness: Readiness
    /// Who tells the manager that the daemon is alive; every part with work of its own registers a pulse there.
    package let heartbeat: Heartbeat

    /// A context that logs to `logger` and speaks by `notifier`; `watchdogInterval` is nil where nobody watches.
    package init(
        logger: Logger, logThreshold: LogThreshold, environment: ServiceEnvironment = ServiceEnvironment(),
        notifier: Notifier = Notifier(), watchdogInterval: Duration? = WatchdogInterval.current()
    ) {
        self.logger = logger
        self.logThreshold = logThreshold
        self.environment = environment
        self.notifier = notifier
        readiness = Readiness(notifier: notifier)
        heartbeat = Heartbeat(interval: watchdogInterval, notifier: notifier, logger: logger)
    }

    /// Asks the service manager to wait at least `duration` from now on before it takes the start for hung.
    package func extendStart(by duration: Duration) {
        notifier.extendStart(by: duration)
    }

    /// Logs from now on what is at least of this level.
    package func setLogLevel(_ level: LogLevel) {
        logThreshold.level = Logger.Level(level)
    }
}
