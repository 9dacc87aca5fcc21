// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Synchronization

/// The server as a daemon: reads its settings, opens its shares, and puts the parts in the order in which they depend on
/// each other.
package struct ServerDaemon: Sendable {
    /// Where the settings are.
    let path: String
    let context: DaemonContext

    /// The daemon that the settings file at `path` describes.
    package init(settings path: String, context: DaemonContext) {
        self.path = path
        self.context = context
    }

    /// Makes the daemon. Throws `SettingsMistakes`, or a `FatalError` for what keeps a share from being opened.
    package func assemble() async throws -> Daemon {
        let (settings, tls) = try loadServerSettings(from: path, environment: context.environment)
        context.setLogLevel(settings.logLevel)
        let places = try ListenPlace.choose(settings, logger: context.logger)
        let shares = OpenShares()
        let line = StatusLine(notifier: context.notifier) { shares.line }
        let threads = try FileThreads(count: Server.threadCount, name: "serve")
        let open = OpenShare(stateDirectory: settings.stateDirectory, context: context) { line.refresh() }
        try await threads.run {
            for (name, share) in settings.shares.sorted(by: { $0.key < $1.key }) {
                shares.add(try open.open(name, share))
            }
        }
        let server = Server(
            shares: shares.all, keys: settings.keys, tls: tls, threads: threads, logger: context.logger)
        server.tls?.warn(context.logger)
        var control = try controlSocket(settings) {
            [started = Int64(time(nil)), listen = places.map(\.address.description).joined(separator: " ")] in
            ServerStatus(listen: listen, shares: shares.all.map(\.status), started: started)
        }
        control.metrics { await threads.run { server.metrics(of: shares.all) } }
        let listener = ServerService(
            server: server, places: places, onListening: context.readiness.require())
        let reload = ReloadServer(path: path, started: settings, server: server, context: context)
        let services: [any Service] = [
            listener, SyncLater(server: server), SweepKept(server: server), RunAudits(server: server), line, control,
        ]
        return Daemon(services: services, reload: reload.run)
    }

    private func controlSocket(
        _ settings: ServerSettings, status: @escaping @Sendable () -> ServerStatus
    ) throws -> ControlSocket {
        var control = try ControlSocket(
            path: ControlSocket.path(context.environment, stateDirectory: settings.stateDirectory),
            logger: context.logger, onListening: context.readiness.require())
        control.get("status") { status() }
        return control
    }
}

/// The shares that have been opened so far, and what they add up to.
private final class OpenShares: Sendable {
    private let shares = Mutex<[Share]>([])

    func add(_ share: Share) {
        shares.withLock { $0.append(share) }
    }

    /// In the order of their names.
    var all: [Share] { shares.withLock { $0 } }

    /// One line for `systemctl status`.
    var line: String {
        let statuses = all.map(\.status)
        let entries = statuses.reduce(0) { $0 + $1.description.entries }
        let writers = statuses.count { $0.writer != nil }
        return "\(statuses.count) shares, \(entries) entries, \(writers) writers"
    }
}
