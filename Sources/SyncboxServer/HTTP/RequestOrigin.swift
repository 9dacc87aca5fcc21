// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore

/// Where a request comes from: all that this server keeps about one beside the request itself.
struct RequestOrigin: InitializableFromSource, Sendable {
    /// The other side's address without its port; `unix` for a Unix socket.
    let address: String

    init(source: ApplicationRequestContextSource) {
        address = Self.address(of: source.channel)
    }

    /// The other side's address without its port; `unix` for a Unix socket.
    static func address(of channel: any Channel) -> String {
        channel.remoteAddress?.ipAddress ?? "unix"
    }
}
