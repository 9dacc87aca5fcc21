// SPDX-License-Identifier: Apache-2.0

/// Where a server listens, or a client finds it: a TCP port or a Unix socket. Without TLS both sides speak plain text, so
/// that whatever has no business reading along must be on the same machine: then every address is a loopback one.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The highest port.
    package static let highestPort = 65_535
    /// The longest path of a Unix socket, in bytes: `sun_path` less its NUL (unix(7)).
    package static let longestSocketPath = 107

    /// An address or name without brackets, and a port from 1 to 65535.
    case tcp(host: String, port: Int)
    /// An absolute path.
    case unix(path: String)

    /// Reads `host:port`, `[v6]:port` or `unix:/path`: what `[server] listen` takes. Under TLS any host will do.
    package static func listening(
        _ text: String, underTLS: Bool = false
    ) throws(SettingsValue.Mistake) -> SocketAddress {
        try listening(
            text, right: "write 127.0.0.1:8730, [::1]:8730 or unix:/run/syncbox-server/http.sock", anywhere: underTLS,
            orElse: .init(
                "is not a loopback address, and plain text must not leave the machine (TLS isn't configured)",
                right: "set up [tls], or listen on 127.0.0.1, [::1] or a Unix socket, behind a tunnel or a proxy"))
    }

    /// Reads `host:port`, `[v6]:port` or `unix:/path`: what `[client] metrics-listen` takes.
    package static func metrics(_ text: String) throws(SettingsValue.Mistake) -> SocketAddress {
        try listening(
            text, right: "write 127.0.0.1:8731, [::1]:8731 or unix:/run/syncbox-client/src/metrics.sock",
            anywhere: false,
            orElse: .init(
                "is not a loopback address, and nobody needs a key there",
                right: "listen on 127.0.0.1, [::1] or a Unix socket, behind a tunnel or a proxy with TLS"))
    }

    /// Reads where something listens; throws `mistake` where others could reach it, unless that may be `anywhere`.
    private static func listening(
        _ text: String, right: String, anywhere: Bool, orElse mistake: SettingsValue.Mistake
    ) throws(SettingsValue.Mistake) -> SocketAddress {
        try read(text, right: right) { text throws(SettingsValue.Mistake) in
            let (host, port) = try hostAndPort(text, right: right)
            guard anywhere || isLoopback(host) else { throw mistake }
            return .tcp(host: host, port: port)
        }
    }

    /// Reads `https://host:port`, `http://host:port` or `unix:/path`: what `[client] server` takes. Only the first is
    /// under TLS, and only there any host will do.
    package static func server(
        _ text: String
    ) throws(SettingsValue.Mistake) -> (address: SocketAddress, isUnderTLS: Bool) {
        let right = "write https://server.example:8730, http://127.0.0.1:8730 or unix:/run/syncbox-server/http.sock"
        let (plain, encrypted) = ("http://", "https://")
        let isUnderTLS = text.hasPrefix(encrypted)
        let address = try read(text, right: right) { text throws(SettingsValue.Mistake) in
            guard isUnderTLS || text.hasPrefix(plain) else {
                throw SettingsValue.Mistake("is no https://, http:// or unix: address", right: right)
            }
            let (host, port) = try hostAndPort(
                String(text.dropFirst((isUnderTLS ? encrypted : plain).count)), right: right)
            guard isUnderTLS || isLoopback(host) else {
                throw SettingsValue.Mistake(
                    "is not a loopback address, and the key would cross the network in plain text",
                    right: "write https:// for a server with [tls], or the near end of a tunnel to it (ssh -L)")
            }
            return .tcp(host: host, port: port)
        }
        return (address, isUnderTLS)
    }

    /// Whether whoever connects there must be on this machine.
    package var isLocal: Bool {
        switch self {
        case .tcp(let host, _): Self.isLoopback(host)
        case .unix: true
        }
    }

    /// As `listening` takes it: `127.0.0.1:8730`, `[::1]:8730`, `unix:/path`.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func read(
        _ text: String, right: String, tcp: (String) throws(SettingsValue.Mistake) -> SocketAddress
    ) throws(SettingsValue.Mistake) -> SocketAddress {
        let text = try SettingsValue.text(text)
        let scheme = "unix:"
        guard text.hasPrefix(scheme) else { return try tcp(text) }
        let path = try SettingsValue.absolutePath(String(text.dropFirst(scheme.count)))
        guard path != "/" else { throw SettingsValue.Mistake("has no path", right: right) }
        guard path.utf8.count <= longestSocketPath else {
            throw SettingsValue.Mistake(
                "is \(path.utf8.count) bytes long", right: "a socket's path has at most \(longestSocketPath) bytes")
        }
        return .unix(path: path)
    }

    private static func hostAndPort(
        _ text: String, right: String
    ) throws(SettingsValue.Mistake) -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":") else { throw SettingsValue.Mistake("has no port", right: right) }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw SettingsValue.Mistake("holds a bare IPv6 address, or no port", right: right)
        }
        guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else {
            throw SettingsValue.Mistake("has no host that could be meant", right: right)
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(SettingsValue.isDigit) else {
            throw SettingsValue.Mistake("has no port", right: right)
        }
        guard let port = Int(digits), (1...highestPort).contains(port) else {
            throw SettingsValue.Mistake("has a port that is out of range", right: "ports go from 1 to \(highestPort)")
        }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar.isASCII
            && (scalar.properties.isAlphabetic || SettingsValue.isDigit(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":"))
    }

    /// 127.0.0.0/8, `::1`, and `localhost`, which never means another machine (RFC 6761, section 6.3).
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in (1...3).contains(part.utf8.count) && UInt8(part) != nil }
    }
}
