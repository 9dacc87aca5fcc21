// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SyncboxCore
import Synchronization

/// Listens on one socket, serves each connection, and ends at the shutdown without cutting a request off:
///
///     stop accepting ─► `grace` for requests that are on their way ─► close what is idle ─► what is in flight ends
///
/// To stop accepting is not to close the socket: NIO drops a connection that it is still setting up when that happens.
///
/// It opens its socket, or takes one that was inherited, which the service manager keeps open: who connects in between waits
/// in that socket's queue for the next process. Hummingbird's own server can open one only.
struct Listener<Connection: ServerChildChannel>: Sendable {
    /// How long a connection that was accepted before the shutdown has for its request to arrive.
    static var grace: TimeAmount { .milliseconds(500) }
    /// How many connections the kernel keeps waiting.
    static var backlog: Int32 { 1024 }

    let place: ListenPlace
    let connection: Connection
    /// The most connections at the same time; further ones wait to be accepted.
    let mostConnections: Int
    let logger: Logger

    /// Runs until the shutdown. `onListening` is called when clients can connect. Throws an `IOError` where it can't listen.
    func run(onListening: @Sendable () -> Void) async throws {
        let stop = StopFlag()
        let listening = try await bind(stop)
        let open = OpenChannels()
        await withGracefulShutdownHandler {
            onListening()
            await withDiscardingTaskGroup { group in
                do {
                    try await listening.executeThenClose { accepted in
                        for try await value in accepted {
                            let channel = value.channel
                            open.add(channel)
                            group.addTask { [connection, logger] in
                                await connection.handle(value: value, logger: logger)
                                open.remove(channel)
                            }
                        }
                    }
                } catch {
                    logger.error("no connection is accepted on \(place.address) any more: \(error)")
                }
                open.quiesce()
            }
        } onGracefulShutdown: {
            stop.raise()
            listening.channel.eventLoop.scheduleTask(in: Self.grace) { listening.channel.close(promise: nil) }
        }
    }

    private func bind(_ stop: StopFlag) async throws -> NIOAsyncChannel<Connection.Value, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [mostConnections] channel in
                channel.eventLoop.makeCompletedFuture {
                    let delegate = AcceptedConnections(most: mostConnections, stop: stop)
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(delegate: delegate))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        let begin: @Sendable (any Channel) -> EventLoopFuture<Connection.Value> = { [connection, logger] channel in
            connection.setup(channel: channel, logger: logger)
        }
        switch place {
        case .inherited(let descriptor, _): return try await bootstrap.bind(descriptor, childChannelInitializer: begin)
        case .own(.tcp(let host, let port)):
            return try await bootstrap.bind(host: host, port: port, childChannelInitializer: begin)
        case .own(.unix(let path)):
            return try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: begin)
        }
    }
}

/// The connections that are open.
private final class OpenChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        channels.withLock { $0[ObjectIdentifier(channel)] = channel }
    }

    func remove(_ channel: any Channel) {
        channels.withLock { $0[ObjectIdentifier(channel)] = nil }
    }

    /// Asks every connection to close when no request is under way on it.
    func quiesce() {
        for channel in channels.withLock({ Array($0.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}

/// Raised when nothing more is to be accepted.
private final class StopFlag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() {
        value.store(true, ordering: .relaxed)
    }
}

/// Decides whether one connection more is accepted: up to a number, and until the shutdown.
private struct AcceptedConnections: AvailableConnectionsDelegate {
    let most: Int
    let stop: StopFlag
    private var count = 0

    init(most: Int, stop: StopFlag) {
        self.most = most
        self.stop = stop
    }

    mutating func connectionOpened() { count += 1 }
    mutating func connectionClosed() { count -= 1 }
    func isAcceptingNewConnections() -> Bool { count < most && !stop.isRaised }
}
