// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore

/// Where a request comes from: all that this server keeps about one beside the request itself.
struct RequestOrigin: InitializableFromSource, Sendable {
    /// The other side's address without its port; `unix` for a Unix socket.
    let address: String
    /// What failed attempts are counted by: the address, of IPv6 the 64 bits that one customer has many addresses below.
    let network: String

    init(source: ApplicationRequestContextSource) {
        address = Self.address(of: source.channel)
        network = Self.network(of: source.channel.remoteAddress) ?? address
    }

    /// Whether the address tells nothing about who it is: at the loopback and at Unix sockets stands whoever came through a
    /// tunnel or a proxy.
    var isShared: Bool { address == "unix" || address.hasPrefix("127.") || address == "::1" }

    /// The other side's address without its port; `unix` for a Unix socket. One of IPv4 is told as such where it came by an
    /// IPv6 socket (RFC 4291, section 2.5.5.2).
    static func address(of channel: any Channel) -> String {
        guard let text = channel.remoteAddress?.ipAddress else { return "unix" }
        let mapped = "::ffff:"
        return text.hasPrefix(mapped) && text.contains(".") ? String(text.dropFirst(mapped.count)) : text
    }

    private static func network(of address: NIOCore.SocketAddress?) -> String? {
        guard case .v6(let address) = address else { return nil }
        // Behind the family, the port and the flow label (struct sockaddr_in6, ipv6(7)).
        let bytes = withUnsafeBytes(of: address.address) { Array($0.dropFirst(8).prefix(16)) }
        // What is no IPv6 in truth is told apart by the whole of it.
        guard bytes.prefix(10).contains(where: { $0 != 0 }) else { return nil }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }
}
