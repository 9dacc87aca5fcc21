// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore

/// Where a request comes from: all that this server keeps about one beside the request itself.
struct RequestOrigin: InitializableFromSource, Sendable {
    /// The other side's address without its port; `unix` for a Unix socket.
    let address: String

    init(source: ApplicationRequestContextSource) {
        address = source.channel.remoteAddress?.ipAddress ?? "unix"
    }
}
