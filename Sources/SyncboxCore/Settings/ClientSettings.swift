// SPDX-License-Identifier: Apache-2.0

/// What a client's settings say, with every default in place and every range kept.
package struct ClientSettings: Hashable, Sendable {
    /// The credential's name in `$CREDENTIALS_DIRECTORY`, where the key is read when `key-file` isn't set.
    package static let credentialName = "key"
    /// What the unit hands over as that credential where the file that it is made of is missing.
    package static let missingCredential = "missing"

    /// `[client] source`: the absolute path of the directory that is mirrored.
    package var source: String
    /// `[client] server`: where the server is. Without `tls` a loopback address or a Unix socket.
    package var server: SocketAddress
    /// `[tls]`: how the server is verified; nil where it is not `https`.
    package var tls: TLS?
    /// `[client] share`: the name of the destination there.
    package var share: String
    /// `[client] key-file`: the absolute path of the file with the secret.
    package var keyFile: String
    /// `[client] state-directory`: the absolute path of the directory for the index.
    package var stateDirectory: String
    /// `[client] startup`.
    package var startup: Startup
    /// `[client] preserve`: what is mirrored beyond content, mode and modification time.
    package var preserve: Set<Preserve>
    /// `[client] upload-bandwidth`: how many bytes of large files are sent in a second at the most; nil for no limit.
    package var uploadBandwidth: UInt64?
    /// `[client] metrics-listen`: where Prometheus may ask, a loopback address or a Unix socket; nil for the control
    /// socket alone.
    package var metricsListen: SocketAddress?
    /// `[client] log-level`.
    package var logLevel: LogLevel
    /// `[ignore] patterns`, in their order; the standard ones where none are set.
    package var ignorePatterns: [String]
    /// `[debounce]`.
    package var debounce: Debounce
    /// `[retry]`.
    package var retry: Retry
    /// `[safety]`.
    package var brake: Brake

    package init(
        source: String, server: SocketAddress, tls: TLS? = nil, share: String, keyFile: String, stateDirectory: String,
        startup: Startup = .reconcile, preserve: Set<Preserve> = [], uploadBandwidth: UInt64? = nil,
        metricsListen: SocketAddress? = nil, logLevel: LogLevel = .info,
        ignorePatterns: [String] = defaultIgnorePatterns, debounce: Debounce = Debounce(), retry: Retry = Retry(),
        brake: Brake = Brake()
    ) {
        self.source = source
        self.server = server
        self.tls = tls
        self.share = share
        self.keyFile = keyFile
        self.stateDirectory = stateDirectory
        self.startup = startup
        self.preserve = preserve
        self.uploadBandwidth = uploadBandwidth
        self.metricsListen = metricsListen
        self.logLevel = logLevel
        self.ignorePatterns = ignorePatterns
        self.debounce = debounce
        self.retry = retry
        self.brake = brake
    }

    /// How a server under TLS is verified, and what it is shown. It always is verified: by its authority, by its name, and
    /// by a pin where there is one.
    package struct TLS: Hashable, Sendable {
        /// `ca-file`: the absolute path of the authorities that are trusted, in PEM; nil for the system's.
        package var caFile: String?
        /// `pin`: the public keys of which the server's must be one, each `sha256//` and the digest in base64; empty where
        /// any will do that an authority vouches for.
        package var pins: [String]
        /// `certificate` and `key`: the absolute paths of what this client shows of itself, in PEM; nil for nothing.
        package var identity: Identity?

        package init(caFile: String? = nil, pins: [String] = [], identity: Identity? = nil) {
            self.caFile = caFile
            self.pins = pins
            self.identity = identity
        }

        /// A certificate and its private key.
        package struct Identity: Hashable, Sendable {
            /// The absolute path of the certificate.
            package var certificate: String
            /// The absolute path of its key.
            package var key: String

            package init(certificate: String, key: String) {
                self.certificate = certificate
                self.key = key
            }
        }
    }

    /// The range of `upload-bandwidth`, in bytes a second.
    package static let uploadBandwidthRange: ClosedRange<UInt64> = 1 << 10...1 << 40

    /// What is not mirrored where `[ignore] patterns` isn't set: what editors and programs leave behind on their way.
    package static let defaultIgnorePatterns = ["*.tmp", "~*", "*.swp", "*.temp", "temp/", "tmp/"]

    /// What a client does with what changed while it was not running.
    package enum Startup: String, Hashable, Sendable, CaseIterable {
        /// Compare the source with the index, send what differs, remove what is gone.
        case reconcile
        /// Send everything again, but remove nothing.
        case push
        /// Take the source as it is; mirror only what changes from now on.
        case watch
    }

    /// How long a repeated change is held back.
    package struct Debounce: Hashable, Sendable {
        /// The range of `quiet`.
        package static let quietRange: ClosedRange<Duration> = .milliseconds(1)...(.seconds(60))
        /// The range of `longest-hold`.
        package static let longestHoldRange: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))

        /// `quiet`: how long a path that keeps changing must rest before it is sent.
        package var quiet: Duration
        /// `longest-hold`: when it is sent all the same; not shorter than `quiet`.
        package var longestHold: Duration

        package init(quiet: Duration = .milliseconds(20), longestHold: Duration = .seconds(2)) {
            self.quiet = quiet
            self.longestHold = longestHold
        }
    }

    /// How what failed is tried again.
    package struct Retry: Hashable, Sendable {
        /// The range of `first`.
        package static let firstRange: ClosedRange<Duration> = .milliseconds(1)...(.seconds(60))
        /// The range of `longest`.
        package static let longestRange: ClosedRange<Duration> = .milliseconds(1)...(.seconds(3600))
        /// The range of `attempts`.
        package static let attemptsRange = 1...1_000

        /// `first`: the wait before the first retry; each further one is about twice as long.
        package var first: Duration
        /// `longest`: no wait is longer; not shorter than `first`.
        package var longest: Duration
        /// `attempts`: after so many, the path is tried rarely only.
        package var attempts: Int

        package init(first: Duration = .milliseconds(100), longest: Duration = .seconds(30), attempts: Int = 10) {
            self.first = first
            self.longest = longest
            self.attempts = attempts
        }
    }

    /// When deletions are held until a person releases them: when more than `percent` of the tree *and* more than `count`
    /// entries would go within a minute.
    package struct Brake: Hashable, Sendable {
        /// The range of `brake-percent`; with 100 nothing is ever held, since more than everything can't go.
        package static let percentRange = 0...100
        /// The range of `brake-count`.
        package static let countRange = 0...1_000_000_000

        /// `brake-percent`.
        package var percent: Int
        /// `brake-count`.
        package var count: Int

        package init(percent: Int = 50, count: Int = 1_000) {
            self.percent = percent
            self.count = count
        }
    }
}
