// SPDX-License-Identifier: Apache-2.0

extension ClientSettings {
    /// Every section that a client's settings may have.
    package static let sections = [
        SettingsSection(ClientKey.self), SettingsSection(TLSKey.self), SettingsSection(IgnoreKey.self),
        SettingsSection(DebounceKey.self), SettingsSection(RetryKey.self), SettingsSection(SafetyKey.self),
    ]

    /// The keys of `[client]`.
    enum ClientKey: String, SettingsKey {
        case source, server, share
        case keyFile = "key-file"
        case stateDirectory = "state-directory"
        case startup, preserve
        case uploadBandwidth = "upload-bandwidth"
        case metricsListen = "metrics-listen"
        case logLevel = "log-level"

        static let section = "client"
        static let isNamed = false
        var example: String {
            switch self {
            case .source: "/srv/src"
            case .server: "http://127.0.0.1:8730"
            case .share: "src"
            case .keyFile: "/etc/syncbox/client/src.key"
            case .stateDirectory: "/var/lib/syncbox-client/src"
            case .startup: "reconcile"
            case .preserve: "owner"
            case .uploadBandwidth: "10M"
            case .metricsListen: "127.0.0.1:8731"
            case .logLevel: "info"
            }
        }
    }

    /// The keys of `[tls]`.
    package enum TLSKey: String, SettingsKey {
        case caFile = "ca-file"
        case pin, certificate, key

        package static let section = "tls"
        package static let isNamed = false
        package var example: String {
            switch self {
            case .caFile: "/etc/syncbox/tls/ca.pem"
            case .pin: "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
            case .certificate: "/etc/syncbox/tls/client.pem"
            case .key: "/etc/syncbox/tls/client-key.pem"
            }
        }
    }

    /// The keys of `[ignore]`.
    enum IgnoreKey: String, SettingsKey {
        case patterns

        static let section = "ignore"
        static let isNamed = false
        var example: String { defaultIgnorePatterns.joined(separator: " ") }
    }

    /// The keys of `[debounce]`.
    enum DebounceKey: String, SettingsKey {
        case quiet
        case longestHold = "longest-hold"

        static let section = "debounce"
        static let isNamed = false
        var example: String {
            switch self {
            case .quiet: "20ms"
            case .longestHold: "2s"
            }
        }
    }

    /// The keys of `[retry]`.
    enum RetryKey: String, SettingsKey {
        case first, longest, attempts

        static let section = "retry"
        static let isNamed = false
        var example: String {
            switch self {
            case .first: "100ms"
            case .longest: "30s"
            case .attempts: "10"
            }
        }
    }

    /// The keys of `[safety]`.
    enum SafetyKey: String, SettingsKey {
        case brakePercent = "brake-percent"
        case brakeCount = "brake-count"

        static let section = "safety"
        static let isNamed = false
        var example: String {
            switch self {
            case .brakePercent: "50"
            case .brakeCount: "1000"
            }
        }
    }
}
