// SPDX-License-Identifier: Apache-2.0
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// Listens for requests until the shutdown, finishes those that are being served, and closes the catalogs.
struct ServerService: Service {
    let server: Server
    let listen: SyncboxCore.SocketAddress
    let limits: ConnectionLimits
    /// Called when clients can connect.
    let onListening: @Sendable () -> Void
    private let connections: OpenConnections

    init(
        server: Server, listen: SyncboxCore.SocketAddress, limits: ConnectionLimits = .standard,
        onListening: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.listen = listen
        self.limits = limits
        self.onListening = onListening
        connections = OpenConnections(most: limits.connections)
    }

    func run() async throws {
        var quiet = server.logger
        // What Hummingbird says at the start is said below, in our words.
        quiet.logLevel = max(quiet.logLevel, .notice)
        let application = Application(
            responder: ServerResponder(server: server),
            server: HTTPServerBuilder { responder in connection(responder) },
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: .maximum(
                    limits.connections + limits.spareConnections, logger: quiet)),
            onServerRunning: { _ in
                // The key decides who may do what; whoever can get to the socket may try.
                if case .unix(let path) = listen { chmod(path, 0o666) }
                let text = server.tls == nil ? "" : ", under TLS"
                server.logger.log(.started, .notice, "listening on \(listen)\(text)")
                onListening()
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw FatalError(
                .unavailable, "cannot listen on \(listen): \(error)", remedy: "is another server running there?")
        }
        try await server.threads.run { [server] in
            for share in server.shares.values {
                try share.recordFreshness(olderThan: .zero)
                try share.catalog.close()
            }
        }
    }

    /// What serves each connection.
    private func connection(_ responder: @escaping HTTPChannelHandler.Responder) -> any ServerChildChannel {
        let plain = HTTP1Channel(responder: responder, configuration: limits.http1(connections))
        guard let tls = server.tls else { return plain }
        return TLSFirst(base: plain, tls: tls, refusals: server.refusals)
    }

    private var address: BindAddress {
        switch listen {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }
}
