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
    /// How long a connection may be idle, or a request may stall while it is read.
    static let longestIdle = TimeAmount.seconds(120)
    /// The most connections at the same time; further ones wait to be accepted.
    static let mostConnections = 512

    let server: Server
    let listen: SyncboxCore.SocketAddress
    /// Called when clients can connect.
    let onListening: @Sendable () -> Void

    func run() async throws {
        var quiet = server.logger
        // What Hummingbird says at the start is said below, in our words.
        quiet.logLevel = max(quiet.logLevel, .notice)
        let application = Application(
            responder: ServerResponder(server: server),
            server: HTTPServerBuilder { responder in connection(responder) },
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: .maximum(Self.mostConnections, logger: quiet)),
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
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ReadBuffer()], idleTimeout: Self.longestIdle)
        let plain = HTTP1Channel(responder: responder, configuration: configuration)
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

/// Lets a connection read up to 256 KiB at once: large bodies arrive with fewer changes of threads. The buffer grows with
/// what arrives, so that idle and small connections cost little.
private final class ReadBuffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 2 << 10, initial: 16 << 10, maximum: 256 << 10)
        // A channel that can't (an embedded one, in tests) reads as it does.
        _ = context.channel.setOption(ChannelOptions.recvAllocator, value: allocator)
    }
}
