// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import FoundationEssentials
import SyncboxCore
import SyncboxFiles

/// `syncbox status [INSTANCE]`: what the daemons of this machine are doing.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell what the daemons on this machine are doing.",
        discussion: """
            Without an instance: one line for each daemon that has a control socket, \(DaemonKind.server.controlSocket) and \
            \(DaemonKind.client(instance: "INSTANCE").controlSocket). With one: everything about it.

            \([ExitCode.success, .usage, .unavailable, .protocolMismatch, .noPermission].helpText)
            """)

    @Argument(help: "A client's instance: the NAME of syncbox-client@NAME.")
    var instance: String?

    @Flag(help: "Everything about the server.")
    var server = false

    @Option(help: "The path of a control socket, instead of a daemon's name.", completion: .file(extensions: ["sock"]))
    var socket: String?

    @Flag(help: "Print JSON, on one line: an object for one daemon, a list for all.")
    var json = false

    func validate() throws {
        if [instance != nil, server, socket != nil].count(where: { $0 }) > 1 {
            throw ValidationError("Give an instance, --server or --socket, not several of them.")
        }
        guard let instance else { return }
        do {
            _ = try SettingsValue.name(instance)
        } catch {
            throw ValidationError("the instance's name \(error.wrong); \(error.right)")
        }
    }

    func run() async throws {
        if let client = named {
            let status: DaemonStatus = try await client.get("status")
            print(json ? try jsonText(status) : status.details(now: Int64(time(nil))))
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

    /// Tells of every daemon that answers, and then fails where one does not, or none is there.
    private func runAll() async throws {
        let clients = try ControlClient.all()
        var found: [DaemonStatus] = []
        var failures: [CommandFailure] = []
        for client in clients {
            do {
                found.append(try await client.get("status"))
            } catch {
                failures.append(error)
            }
        }
        if json {
            print(try jsonText(found))
        } else {
            for status in found { print(status.line) }
        }
        if clients.isEmpty { throw Self.noneIsRunning }
        guard let first = failures.first else { return }
        throw CommandFailure(first.exitCode, failures.map(\.message).joined(separator: "\nsyncbox: "))
    }

    private static let noneIsRunning = CommandFailure(
        .unavailable,
        """
        no daemon is running on this machine
          start the server: systemctl start \(DaemonKind.server.unit)
          start a client:   systemctl start \(DaemonKind.client(instance: "NAME").unit)
        """)

    private func jsonText(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension ControlClient {
    /// A client for each daemon that has a runtime directory on this machine, the server first, then the instances by
    /// name. Throws where that can't be told.
    static func all() throws(CommandFailure) -> [ControlClient] {
        var daemons: [DaemonKind] = []
        if access(DaemonKind.serverRuntimeDirectory, F_OK) == 0 { daemons.append(.server) }
        do {
            let names = try PlainFile.names(in: DaemonKind.clientRuntimeDirectory)
            daemons += names.map { .client(instance: String(decoding: $0, as: UTF8.self)) }
        } catch  where error.code == .notFound {
            // No client has run since the machine started.
        } catch {
            throw CommandFailure(
                error.code == .permission ? .noPermission : .unavailable,
                "cannot look for clients in \(DaemonKind.clientRuntimeDirectory): \(error)")
        }
        return daemons.map { ControlClient($0) }
    }
}
