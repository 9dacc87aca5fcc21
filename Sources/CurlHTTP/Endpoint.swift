// SPDX-License-Identifier: Apache-2.0

/// Where a server listens.
package enum Endpoint: Hashable, Sendable {
    /// A host's name or address (an IPv6 address without brackets) and its port.
    case tcp(Scheme, host: String, port: UInt16)
    /// A Unix socket's path, of at most 107 bytes (unix(7)), spoken to without TLS.
    case unix(path: String)

    /// Plain or under TLS.
    package enum Scheme: String, Hashable, Sendable {
        case http, https
    }

    /// The beginning of every URL, without a slash at its end.
    var origin: String {
        switch self {
        case .tcp(let scheme, let host, let port):
            "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        // The host is never looked up, but HTTP/1.1 demands one (RFC 9112, section 3.2).
        case .unix: "http://localhost"
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// For people: a URL's beginning, or `unix:` and the path.
    package var description: String {
        switch self {
        case .tcp: origin
        case .unix(let path): "unix:\(path)"
        }
    }
}
