// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import ServiceLifecycle
import SyncboxCore
import Systemd
import UnixSignals

/// Assembles the daemon `identifier`, runs it until it is told to stop or fails, and ends the process.
///
///     start     assemble ─► services run ─► every requirement is met: READY=1
///     SIGHUP    RELOADING=1 ─► reload ─► READY=1
///     SIGTERM   STOPPING=1 ─► services finish what is in flight, the last one first ─► exit 0
///     SIGINT    the same
///     failure   the same for the other services ─► one line in the log ─► exit with the error's code
///
/// `assemble` reads the settings, sets the log's level and makes the parts; what it or a service throws is fatal. This
/// is the one place where a daemon's errors become output: a `FatalError` brings its own code, mistakes in the settings
/// are logged one by one, and whatever else gets here is a mistake in Syncbox itself.
package func runDaemon(
    _ identifier: String, assemble: (DaemonContext) async throws -> Daemon
) async -> Never {
    // A peer that went away is an error of one write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    MemoryTrimmer.limitArenas()
    let threshold = LogThreshold(.info)
    let environment = ServiceEnvironment()
    DaemonLogging.bootstrap(identifier: identifier, threshold: threshold, environment: environment)
    let logger = Logger(label: identifier)
    let context = DaemonContext(logger: logger, logThreshold: threshold, environment: environment)
    exit(await runUntilStopped(context, assemble: assemble).rawValue)
}

/// All of `runDaemon` but the process: runs the daemon that `assemble` makes, and returns what the process ends with.
package func runUntilStopped(
    _ context: DaemonContext, assemble: (DaemonContext) async throws -> Daemon
) async -> ExitCode {
    do {
        // Trapped from the start, so that a hangup never ends a daemon that is still starting.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let assembled = context.readiness.require()
        let daemon = try await assemble(context)
        assembled()
        try await serviceGroup(daemon, context, hangups: hangups).run()
        return .success
    } catch {
        return report(error, context)
    }
}

/// The longest that the services may take to finish what is in flight; then they are cancelled. The unit's
/// `TimeoutStopSec=` is longer.
private let longestShutdown = Duration.seconds(60)

/// The daemon's services between those that must outlast them, first, and those that must know first, last.
private func serviceGroup(_ daemon: Daemon, _ context: DaemonContext, hangups: UnixSignalsSequence) -> ServiceGroup {
    let reload = ReloadOnHangup(hangups: hangups, reload: daemon.reload, context: context)
    let services = [context.heartbeat] + daemon.services + [reload, AnnounceStop(notifier: context.notifier)]
    var configuration = ServiceGroupConfiguration(
        services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: context.logger)
    configuration.maximumGracefulShutdownDuration = longestShutdown
    return ServiceGroup(configuration: configuration)
}

/// Logs what ended the daemon, shows it in the status, and tells the code to end with.
private func report(_ error: any Error, _ context: DaemonContext) -> ExitCode {
    let (code, lines): (ExitCode, [String]) =
        switch error {
        case let error as FatalError: (error.exitCode, [error.description])
        case let error as SettingsMistakes: (.configuration, error.all.map(\.description))
        default: (.software, ["stopped by an unexpected error: \(error)"])
        }
    for line in lines {
        context.logger.log(.ended, .critical, "\(line)")
    }
    context.notifier.status(lines.first ?? code.meaning)
    return code
}
