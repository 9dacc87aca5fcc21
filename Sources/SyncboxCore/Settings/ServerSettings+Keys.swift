// SPDX-License-Identifier: Apache-2.0

extension ServerSettings {
    /// Every section that a server's settings may have.
    package static let sections = [
        SettingsSection(ServerKey.self), SettingsSection(TLSKey.self), SettingsSection(ShareKey.self),
        SettingsSection(KeyKey.self),
    ]

    /// The keys of `[server]`.
    enum ServerKey: String, SettingsKey {
        case listen
        case stateDirectory = "state-directory"
        case logLevel = "log-level"

        static let section = "server"
        static let isNamed = false
        var example: String {
            switch self {
            case .listen: "127.0.0.1:8730"
            case .stateDirectory: "/var/lib/syncbox-server"
            case .logLevel: "info"
            }
        }
    }

    /// The keys of `[tls]`.
    package enum TLSKey: String, SettingsKey {
        case certificate, key
        case clientCA = "client-ca"

        package static let section = "tls"
        package static let isNamed = false
        package var example: String {
            switch self {
            case .certificate: "/etc/syncbox/tls/certificate.pem"
            case .key: "/etc/syncbox/tls/key.pem"
            case .clientCA: "/etc/syncbox/tls/client-ca.pem"
            }
        }
    }

    /// The keys of `[share:NAME]`.
    enum ShareKey: String, SettingsKey {
        case path, durability
        case keepDeleted = "keep-deleted"
        case keepDeletedSize = "keep-deleted-size"

        static let section = "share"
        static let isNamed = true
        var example: String {
            switch self {
            case .path: "/srv/mirror/src"
            case .durability: "durable"
            case .keepDeleted: "7d"
            case .keepDeletedSize: "10G"
            }
        }
    }

    /// The keys of `[key:NAME]`.
    enum KeyKey: String, SettingsKey {
        case hash, shares, permissions

        static let section = "key"
        static let isNamed = true
        var example: String {
            switch self {
            case .hash: "sha256:HASH, as syncbox key new prints it"
            case .shares: "src"
            case .permissions: "write delete"
            }
        }
    }
}
