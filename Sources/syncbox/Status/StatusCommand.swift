// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore

/// `syncbox status [INSTANCE]`: what the daemons of this machine are doing.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell what the daemons on this machine are doing.",
        discussion: """
            Without an instance: one line for each client that is set up or runs, and for each share of the server. FRESH is how \
            old the destination's state is, PENDING how many paths and bytes are to be mirrored yet. With an instance: \
            everything about it. --watch shows how far a first mirroring is, and how long it will take.

            Colours are for terminals alone, and not used where $NO_COLOR is set.

            \([ExitCode.success, .usage, .noInput, .unavailable, .protocolMismatch, .noPermission].helpText)
            """)

    @Argument(
        help: "A client's instance: the NAME of syncbox-client@NAME.", completion: .custom(Instances.completions))
    var instance: String?

    @Flag(help: "Everything about the server.")
    var server = false

    @Option(help: "The path of a control socket, instead of a daemon's name.", completion: .file(extensions: ["sock"]))
    var socket: String?

    @Flag(help: "Print JSON, on one line: an object for one daemon, a list for all.")
    var json = false

    @Flag(name: .shortAndLong, help: "Look again and again, until the command is ended: progress, rates, what is left.")
    var watch = false

    @Option(help: "How often --watch looks, as 500ms or 5s.")
    var interval: WatchInterval = WatchInterval(duration: .seconds(1))

    func validate() throws {
        if [instance != nil, server, socket != nil].count(where: { $0 }) > 1 {
            throw ValidationError("Give an instance, --server or --socket, not several of them.")
        }
        if json, watch { throw ValidationError("Give --json or --watch, not both.") }
        if let instance { try ClientOptions.validate(instance: instance) }
    }

    func run() async throws {
        if watch {
            let find: @Sendable () throws -> [ControlClient] = { [named] in
                try named.map { [$0] } ?? ControlClient.all()
            }
            try await StatusWatch(clients: find, isDetailed: named != nil, interval: interval.duration).run()
        } else if let client = named {
            let status: DaemonStatus = try await client.get("status")
            print(json ? try jsonText(status) : status.details(now: Int64(time(nil)), on: .output))
        } else {
            try await runAll()
        }
    }

    /// The one daemon that is asked for; nil for all.
    private var named: ControlClient? {
        if let socket { return ControlClient(socket: socket) }
        if server { return ControlClient(.server) }
        return instance.map { ControlClient(.client(instance: $0)) }
    }

    /// Tells of every daemon that answers and every client that is set up, and then fails where one that runs does not answer,
    /// or none runs.
    private func runAll() async throws {
        let clients = try ControlClient.all()
        let instances = try Instances.find()
        var (found, failures) = await DaemonStatus.ask(clients)
        for name in instances.configured where !instances.running.contains(name) {
            var status = ClientStatus()
            (status.instance, status.state) = (name, ClientStatus.stopped)
            found.append(.client(status))
        }
        if json {
            print(try jsonText(found))
        } else {
            for line in Self.lines(of: found, now: Int64(time(nil)), on: .output) { print(line) }
        }
        if clients.isEmpty { throw Self.noneIsRunning }
        guard let first = failures.first else { return }
        throw CommandFailure(first.exitCode, failures.map(\.message).joined(separator: "\nsyncbox: "))
    }

    /// A table of the clients, and one of the server's shares.
    static func lines(of statuses: [DaemonStatus], now: Int64, on terminal: Terminal) -> [String] {
        let clients = statuses.compactMap(\.client).sorted { $0.instance < $1.instance }
        var lines = clients.isEmpty ? [] : StatusTable.clients(clients, now: now).lines(on: terminal)
        for server in statuses.compactMap(\.server) {
            if !lines.isEmpty { lines.append("") }
            lines.append("server on \(server.listen), \(counted(server.shares.count, "share"))")
            if !server.shares.isEmpty { lines += StatusTable.shares(server, now: now).lines(on: terminal) }
        }
        return lines
    }

    private static let noneIsRunning = CommandFailure(
        .unavailable,
        """
        no daemon is running on this machine
          start the server: systemctl start \(DaemonKind.server.unit)
          start a client:   systemctl start \(DaemonKind.client(instance: "NAME").unit)
        """)
}

extension ControlClient {
    /// A client for each daemon that has a runtime directory on this machine, the server first, then the instances by
    /// name. Throws where that can't be told.
    static func all() throws(CommandFailure) -> [ControlClient] {
        let server: [DaemonKind] = access(DaemonKind.serverRuntimeDirectory, F_OK) == 0 ? [.server] : []
        return (server + (try Instances.find().running.map { .client(instance: $0) })).map { ControlClient($0) }
    }
}

/// How often to look, as the command line has it.
struct WatchInterval: ExpressibleByArgument {
    /// The intervals that can be asked for.
    private static let range: ClosedRange<Duration> = .milliseconds(100)...(.seconds(3600))

    let duration: Duration

    init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = try? SettingsValue.duration(argument, in: Self.range) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { SettingsValue.text(of: duration) }
}
