// SPDX-License-Identifier: Apache-2.0
import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SyncboxCore

/// Answers `GET /metrics` at an address of its own, for a Prometheus that can't use the control socket. Nobody needs a key
/// there: what is measured names no path, and the address is a loopback one or a Unix socket.
package struct MetricsListener: Service {
    /// How long a connection may be idle.
    private static let longestIdle = TimeAmount.seconds(60)
    /// The most connections at the same time; further ones wait to be accepted.
    private static let mostConnections = 16

    private let address: SyncboxCore.SocketAddress
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    private let text: @Sendable () async throws -> String

    /// Answers with `text` at `address`. `onListening` is called when clients can connect; it fits `Readiness.require()`.
    package init(
        at address: SyncboxCore.SocketAddress, logger: Logger, onListening: @escaping @Sendable () -> Void,
        text: @escaping @Sendable () async throws -> String
    ) {
        self.address = address
        self.logger = logger
        self.onListening = onListening
        self.text = text
    }

    package func run() async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        router.get("/metrics") { [text] _, _ in try await Response(metrics: text()) }
        let application = Application(
            router: router, server: .http1(configuration: .init(idleTimeout: Self.longestIdle)),
            configuration: ApplicationConfiguration(
                address: bindAddress,
                availableConnectionsDelegate: .maximum(Self.mostConnections, logger: quiet)),
            onServerRunning: { [address, onListening] _ in
                if case .unix(let path) = address { chmod(path, 0o666) }
                onListening()
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw FatalError(
                .unavailable, "cannot listen on \(address), which metrics-listen names: \(error)",
                remedy: "does another program listen there?")
        }
    }

    private var bindAddress: BindAddress {
        switch address {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }
}

extension Response {
    /// An answer that is metrics in Prometheus' text format.
    package init(metrics text: String) {
        self.init(
            status: .ok, headers: [.contentType: MetricsText.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
