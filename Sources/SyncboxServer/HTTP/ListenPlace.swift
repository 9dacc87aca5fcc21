// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// What a server listens on.
enum ListenPlace: Hashable, Sendable {
    /// A socket that it opens itself.
    case own(SyncboxCore.SocketAddress)
    /// A socket that listens already, and where.
    case inherited(Int32, SyncboxCore.SocketAddress)

    var address: SyncboxCore.SocketAddress {
        switch self {
        case .own(let address), .inherited(_, let address): address
        }
    }

    /// Whether it is a path, where plain text is spoken.
    var isUnix: Bool {
        if case .unix = address { true } else { false }
    }
}
