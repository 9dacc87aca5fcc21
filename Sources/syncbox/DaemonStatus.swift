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

    /// One line without its end, for a list of daemons.
    var line: String {
        switch self {
        case .server(let status): status.line
        case .client(let status): status.line
        }
    }

    /// Everything, on several lines; `now` is the time in seconds since the epoch.
    func details(now: Int64) -> String {
        switch self {
        case .server(let status): status.details(now: now)
        case .client(let status): status.details(now: now)
        }
    }
}
