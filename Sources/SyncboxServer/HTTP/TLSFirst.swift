// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Speaks TLS on a connection before anything else, by what is current when it begins.
struct TLSFirst<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let tls: CurrentTLS
    let refusals: RefusalLog

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture { [tls, refusals] in
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
            try pipeline.addHandler(HandshakeLog(refusals: refusals))
        }.flatMap { [base] in base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Tells who could not agree on TLS with the server, and why: a client without a certificate, or one that speaks none.
private final class HandshakeLog: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let refusals: RefusalLog
    private var isAgreed = false

    init(refusals: RefusalLog) {
        self.refusals = refusals
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { isAgreed = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isAgreed {
            let reason = Self.reason("\(error)")
            refusals.log(
                .handshakeRefused, RequestOrigin.address(of: context.channel), "TLS can't be agreed on: \(reason)")
        }
        context.fireErrorCaught(error)
    }

    /// What the library has to say between much else: `PEER_DID_NOT_RETURN_A_CERTIFICATE` of `…:OPENSSL_internal:PEER_…`.
    private static func reason(_ text: String) -> String {
        guard let start = text.firstRange(of: "OPENSSL_internal:")?.upperBound else { return text }
        let word = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return String(word.map { $0 == "_" ? " " : $0 }).lowercased()
    }
}
