// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import SyncboxDaemon

/// Holds one connection to `ConnectionLimits`, and answers what exceeds them with a problem, since no request comes of it
/// that the responder could answer:
///
///     408  a head or a body that comes too slowly      414  a target that is too long     503  no room for a connection
///     400  what is no HTTP                              431  a head that is too long
///
/// It sees HTTP's parts on their way in and out; `HeadBytes`, which it puts before the decoder, tells it of the bytes.
/// A body that is cut ends with an error, never as if it were whole.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let connections: OpenConnections
    private var progress: ConnectionProgress
    private var number: UInt64?
    private var isRefused = false
    private var isClosing = false
    private var timer: (scheduled: Scheduled<Void>, at: NIODeadline)?
    private var stuck: Scheduled<Void>?
    private let head = HeadBytes()

    init(_ limits: ConnectionLimits, _ connections: OpenConnections) {
        self.limits = limits
        self.connections = connections
        progress = ConnectionProgress(limits, openedAt: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        number = connections.add(at: .now()) { [loop = context.eventLoop] in
            loop.execute {
                let (handler, context) = bound.value
                handler.closeIfResting(context)
            }
        }
        isRefused = number == nil
        head.onBytes = { [weak self] in self?.bytes(context) ?? false }
        let pipeline = context.pipeline.syncOperations
        if let decoder = try? pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler {
            try? pipeline.addHandler(head, position: .before(decoder))
        }
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        stuck?.cancel()
        head.onBytes = nil
        if let number { connections.remove(number) }
        number = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        handlerRemoved(context: context)
        // Hummingbird takes a body that just ends for a whole one.
        if progress.phase == .body { context.fireErrorCaught(ChannelError.inputClosed) }
        context.fireChannelInactive()
    }

    // ---- in ----

    /// Bytes come that are not decoded yet. Answers whether they begin a head.
    private func bytes(_ context: ChannelHandlerContext) -> Bool {
        let isBeginning = progress.phase == .resting
        progress.bytes(at: .now())
        schedule(context)
        return isBeginning
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head:
            progress.head()
            if isRefused {
                return refuse(.serviceUnavailable, "too many connections are open", [.retryAfter: "5"], context)
            }
            if let number { connections.note(number, restingSince: nil) }
        case .body(let piece):
            guard progress.body(piece.readableBytes, at: .now()) else { return close(context) }
        case .end:
            progress.end()
            noteRest()
        }
        context.fireChannelRead(data)
        schedule(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        progress.stopAsking(at: .now())
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        progress.ask(at: .now())
        schedule(context)
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, !isClosing else { return context.fireErrorCaught(error) }
        let isBody = progress.phase == .body
        switch error {
        // Whoever is served still is told by the cut.
        case _ where isBody || progress.phase == .answer: close(context)
        case .headerOverflow where head.isInTarget:
            refuse(.uriTooLong, "the target has more than \(ConnectionLimits.longestTarget) bytes", [:], context)
        case .headerOverflow:
            let most = "\(limits.headLength) bytes or \(limits.fields) fields"
            refuse(.requestHeaderFieldsTooLarge, "the request's head has more than \(most)", [:], context)
        default: refuse(.badRequest, "this is no HTTP request", [:], context)
        }
        if isBody { context.fireErrorCaught(error) }
    }

    // ---- out ----

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head: progress.answerBegins()
        case .body: break
        case .end:
            progress.answerEnds()
            noteRest()
        }
        context.write(data, promise: promise)
        schedule(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stuck?.cancel()
        stuck = nil
        if !context.channel.isWritable {
            stuck = context.eventLoop.assumeIsolated().scheduleTask(in: limits.answer) { self.close(context) }
        }
        context.fireChannelWritabilityChanged()
    }

    // ---- what follows ----

    private func noteRest() {
        if progress.phase == .resting, let number { connections.note(number, restingSince: .now()) }
    }

    /// One timer for the earliest deadline there was; it looks anew when it fires, so that most events cost nothing.
    private func schedule(_ context: ChannelHandlerContext) {
        guard !isClosing, let deadline = progress.deadline else { return }
        if let timer, timer.at <= deadline { return }
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            guard let deadline = self.progress.deadline else { return }
            guard deadline <= .now() else { return self.schedule(context) }
            self.expire(context)
        }
        timer = (scheduled, deadline)
    }

    private func expire(_ context: ChannelHandlerContext) {
        let isBody = progress.phase == .body
        guard !progress.hasBegunAnswer || !isBody else { return close(context) }
        refuse(.requestTimeout, "the request \(isBody ? "body" : "head") comes too slowly", [:], context)
    }

    private func closeIfResting(_ context: ChannelHandlerContext) {
        switch progress.phase {
        case .resting, .head: close(context)
        case .body, .answer: break
        }
    }

    /// Answers with a problem, and closes the connection.
    private func refuse(
        _ status: HTTPResponse.Status, _ detail: String, _ headers: HTTPFields, _ context: ChannelHandlerContext
    ) {
        isClosing = true
        var fields = headers
        fields[.connection] = "close"
        fields[.contentType] = ProblemDetails.mediaType
        // Nothing in a problem can't be written as JSON; without its body the answer would tell as much by its status.
        let body = (try? ByteBuffer(json: ProblemDetails(status, detail: detail))) ?? ByteBuffer()
        fields[.contentLength] = String(body.readableBytes)
        context.write(wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        context.close(promise: nil)
    }
}

/// Stands before the decoder: tells that bytes came, and whether the first line of a head has ended.
private final class HeadBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Called with each bytes that come; answers whether a head begins with them.
    var onBytes: (() -> Bool)?
    /// Whether no line of the head that is coming has ended: what there is of it is its method and target.
    private(set) var isInTarget = true

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if onBytes?() ?? false { isInTarget = true }
        if isInTarget { isInTarget = !unwrapInboundIn(data).readableBytesView.contains(UInt8(ascii: "\n")) }
        context.fireChannelRead(data)
    }
}
