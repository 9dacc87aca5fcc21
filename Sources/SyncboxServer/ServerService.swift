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
import Synchronization

/// Listens for requests until the shutdown, finishes those that are being served, and closes the catalogs.
struct ServerService: Service {
    let server: Server
    /// What is listened on; at least one.
    let places: [ListenPlace]
    let limits: ConnectionLimits
    /// Called when clients can connect, everywhere.
    let onListening: @Sendable () -> Void
    private let connections: OpenConnections

    init(
        server: Server, places: [ListenPlace], limits: ConnectionLimits = .standard,
        onListening: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.places = places
        self.limits = limits
        self.onListening = onListening
        connections = OpenConnections(most: limits.connections)
    }

    func run() async throws {
        var quiet = server.logger
        // What the parts below have to say about single connections interests nobody.
        quiet.logLevel = max(quiet.logLevel, .notice)
        let (logger, waiting) = (quiet, Countdown(places.count, onListening))
        try await withThrowingTaskGroup { group in
            for place in places {
                group.addTask { try await listen(on: place, logger: logger, onListening: waiting.count) }
            }
            try await group.waitForAll()
        }
        try await server.threads.run { [server] in
            for share in server.shares.values {
                try share.recordFreshness(olderThan: .zero)
                try share.catalog.close()
            }
        }
    }

    private func listen(
        on place: ListenPlace, logger: Logger, onListening: @escaping @Sendable () -> Void
    ) async throws {
        let plain = HTTP1Channel(responder: responder(logger), configuration: limits.http1(connections))
        do {
            if !place.isUnix, let tls = server.tls {
                let first = TLSFirst(base: plain, tls: tls, refusals: server.refusals)
                try await listener(place, first, logger).run { tell(place, ", under TLS", onListening) }
            } else {
                try await listener(place, plain, logger).run { tell(place, "", onListening) }
            }
        } catch let error as IOError {
            throw FatalError(
                .unavailable, "cannot listen on \(place.address): \(error)", remedy: "is another server running there?")
        }
    }

    private func listener<Connection>(
        _ place: ListenPlace, _ connection: Connection, _ logger: Logger
    ) -> Listener<Connection> {
        Listener(
            place: place, connection: connection, mostConnections: limits.connections + limits.spareConnections,
            logger: logger)
    }

    private func tell(_ place: ListenPlace, _ how: String, _ onListening: () -> Void) {
        var by = ""
        switch place {
        // The key decides who may do what; whoever can get to the socket may try.
        case .own(.unix(let path)): chmod(path, 0o666)
        case .own(.tcp): break
        case .inherited: by = ", a socket of the service manager"
        }
        server.logger.log(.started, .notice, "listening on \(place.address)\(how)\(by)")
        onListening()
    }

    /// What answers each request of a connection.
    private func responder(_ logger: Logger) -> HTTPChannelHandler.Responder {
        let (responder, date) = (ServerResponder(server: server), HTTPDate())
        return { request, writer, channel in
            let origin = RequestOrigin(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            var response = try await responder.respond(to: request, context: origin)
            response.headers[.date] = date.now()
            try await writer.write(response: response.head, body: response.body)
        }
    }
}

/// Calls back when it has counted so far.
private final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let onZero: @Sendable () -> Void

    init(_ number: Int, _ onZero: @escaping @Sendable () -> Void) {
        left = Atomic(number)
        self.onZero = onZero
    }

    @Sendable func count() {
        if left.subtract(1, ordering: .relaxed).newValue == 0 { onZero() }
    }
}
