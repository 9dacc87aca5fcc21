// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// What a daemon of either kind tells of itself.
enum DaemonStatus: Codable {
    case server(ServerStatus)
    case client(ClientStatus)

    private enum Key: CodingKey {
        /// What only a server has.
        case shares
    }

    init(from decoder: any Decoder) throws {
        let isServer = try decoder.container(keyedBy: Key.self).contains(.shares)
        self = isServer ? .server(try ServerStatus(from: decoder)) : .client(try ClientStatus(from: decoder))
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .server(let status): try status.encode(to: encoder)
        case .client(let status): try status.encode(to: encoder)
        }
    }

    /// What a client tells; nil for a server.
    var client: ClientStatus? { if case .client(let status) = self { status } else { nil } }
    /// What a server tells; nil for a client.
    var server: ServerStatus? { if case .server(let status) = self { status } else { nil } }

    /// Everything, on several lines; `now` is the time in seconds since the epoch.
    func details(now: Int64, on terminal: Terminal) -> String {
        switch self {
        case .server(let status): status.details(now: now)
        case .client(let status): status.details(now: now, on: terminal)
        }
    }

    /// Asks each daemon: what those tell that answer, and why the others do not.
    static func ask(_ clients: [ControlClient]) async -> (statuses: [DaemonStatus], failures: [CommandFailure]) {
        var statuses: [DaemonStatus] = []
        var failures: [CommandFailure] = []
        for client in clients {
            do throws(CommandFailure) {
                statuses.append(try await client.get("status"))
            } catch {
                failures.append(error)
            }
        }
        return (statuses, failures)
    }
}
