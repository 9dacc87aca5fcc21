// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import NIOCore

/// What one connection, and all of them together, may take of the server before anybody's key is known. Tests set
/// smaller limits; `Sources/README.md` has the answers.
struct ConnectionLimits: Sendable {
    /// The most connections at the same time. For one more, that which has rested longest is closed; where each has a
    /// request under way, the new one is answered with 503.
    var connections = 512
    /// How many more are accepted only to be answered so. Beyond these a connection waits to be accepted.
    var spareConnections = 64
    /// How long a connection may rest between two requests, and an answer may be in the making.
    var idle = TimeAmount.seconds(120)
    /// How long a request's head may take: from the opening of its connection, or from its first byte on a connection that
    /// is kept, to its last.
    var head = TimeAmount.seconds(20)
    /// The longest that the server may wait for each `bodyProgress` bytes of a body, or for its end.
    var body = TimeAmount.seconds(60)
    /// How many bytes a body has to go on by while the server waits as long as `body`.
    var bodyProgress = 1024
    /// How long the other side may take no byte of an answer.
    var answer = TimeAmount.seconds(120)
    /// The longest head of a request in all, and the longest single field of it, in bytes.
    var headLength = 32 * 1024
    /// The most fields in a head.
    var fields = 100
    /// The most bytes of a body that are read and thrown away after its request was answered. Then the connection is closed.
    var leftover = 4 * 1024 * 1024

    /// What the server keeps to.
    static let standard = ConnectionLimits()
    /// The longest target of a request, in bytes: a path of the longest kind and a name, each byte percent-encoded.
    static let longestTarget = 16 * 1024

    /// How Hummingbird is to speak HTTP/1.1 within these limits.
    func http1(_ connections: OpenConnections) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ReadBuffer(), ConnectionGuard(self, connections)],
            idleTimeout: idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headLength, maxHeaderListSize: headLength, maxHeaderFieldCount: fields))
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
