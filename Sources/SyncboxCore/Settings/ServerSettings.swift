// SPDX-License-Identifier: Apache-2.0

/// What a server's settings say, with every default in place and every range kept.
package struct ServerSettings: Hashable, Sendable {
    /// The address that is listened on where none is set.
    package static let defaultListen = SocketAddress.tcp(host: "127.0.0.1", port: 8730)

    /// `[server] listen`: where requests come in. Without `tls` a loopback address or a Unix socket.
    package var listen: SocketAddress
    /// `[server] state-directory`: the absolute path of the directory for the catalogs.
    package var stateDirectory: String
    /// `[server] log-level`.
    package var logLevel: LogLevel
    /// `[tls]`; nil where requests come in plain text.
    package var tls: TLS?
    /// `[share:NAME]`, by name. No share's path is another's, or lies in it.
    package var shares: [String: Share]
    /// `[key:NAME]`, by name. No two have the same hash.
    package var keys: [String: Key]

    package init(
        listen: SocketAddress = defaultListen, stateDirectory: String, logLevel: LogLevel = .info,
        tls: TLS? = nil, shares: [String: Share] = [:], keys: [String: Key] = [:]
    ) {
        self.listen = listen
        self.stateDirectory = stateDirectory
        self.logLevel = logLevel
        self.tls = tls
        self.shares = shares
        self.keys = keys
    }

    /// What the server shows of itself on TCP ports, and asks of its clients. A Unix socket is spoken to in plain text.
    package struct TLS: Hashable, Sendable {
        /// `certificate`: the absolute path of its certificate, and the ones between it and its authority, in PEM.
        package var certificate: String
        /// `key`: the absolute path of its private key, in PEM.
        package var key: String
        /// `client-ca`: the absolute path of the authorities of whose certificates every client must show one, in PEM; nil
        /// where none is asked for.
        package var clientCA: String?

        package init(certificate: String, key: String, clientCA: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientCA = clientCA
        }
    }

    /// A named destination.
    package struct Share: Hashable, Sendable {
        /// `path`: the absolute path of the destination's directory.
        package var path: String
        /// `durability`.
        package var durability: Durability
        /// `keep-deleted` and `keep-deleted-size`; nil where nothing is kept.
        package var keep: KeepBounds?

        package init(path: String, durability: Durability = .durable, keep: KeepBounds? = nil) {
            self.path = path
            self.durability = durability
            self.keep = keep
        }
    }

    /// What an acknowledgement promises.
    package enum Durability: String, Hashable, Sendable, CaseIterable {
        /// Bytes, name and record have been synced to disk.
        case durable
        /// The change is published; it is synced later.
        case relaxed
    }

    /// Who may do what: a client proves itself with the secret whose digest this is.
    package struct Key: Hashable, Sendable {
        /// `hash`: the SHA-256 of the secret as it is sent in `Authorization: Bearer SECRET`.
        package var hash: Digest
        /// `shares`: where the key is good.
        package var shares: KeyShares
        /// `permissions`: what may be done there.
        package var permissions: Set<Permission>

        package init(hash: Digest, shares: KeyShares, permissions: Set<Permission>) {
            self.hash = hash
            self.shares = shares
            self.permissions = permissions
        }
    }

    /// Which shares a key is good for.
    package enum KeyShares: Hashable, Sendable {
        /// `*`: every share, also one that is added later.
        case all
        /// The shares with these names; each of them exists.
        case named(Set<String>)

        /// Whether the key is good for the share of that name.
        package func contains(_ share: String) -> Bool {
            switch self {
            case .all: true
            case .named(let names): names.contains(share)
            }
        }
    }

    /// What a key may do in its shares.
    package enum Permission: String, Hashable, Sendable, CaseIterable {
        /// List what the share holds, and fetch contents.
        case read
        /// Make entries; and replace and remove them where the share keeps what is replaced and removed.
        case write
        /// Replace and remove entries for good.
        case delete
    }
}
