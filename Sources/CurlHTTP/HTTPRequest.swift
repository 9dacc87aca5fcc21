// SPDX-License-Identifier: Apache-2.0

/// One request, to be sent by `CurlClient.send`.
package struct HTTPRequest: Sendable {
    /// The method, in capitals.
    package var method: String
    /// Path and query, percent-encoded, beginning with `/`. It is sent as it is: `..` is not resolved.
    package var target: String
    /// Header fields in the order in which they are sent. `Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and
    /// `Expect` are the client's own: `send` refuses them.
    package var headers: [(name: String, value: String)]
    /// What is sent with it.
    package var body: HTTPBody
    /// How long it may take; nil for what the client's options say.
    package var timeouts: HTTPTimeouts?
    /// The longest response body that is taken, in bytes; one more is an error of kind `.protocolViolation`.
    package var mostResponseBytes: Int

    /// The longest response body that is taken where the request says nothing else: 1 MiB.
    package static let usualResponseLimit = 1 << 20

    package init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: HTTPBody = .none,
        timeouts: HTTPTimeouts? = nil, mostResponseBytes: Int = Self.usualResponseLimit
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.mostResponseBytes = mostResponseBytes
    }
}

/// How long a request may take. The clock starts when the transfer does: waiting for a free connection does not count.
package struct HTTPTimeouts: Hashable, Sendable {
    /// How long looking up the name, connecting and the TLS handshake may take together.
    package var connect: Duration
    /// How long not one byte may move in either direction, waiting for the answer included; nil for no limit. Rounded up
    /// to whole seconds, and noticed a few seconds late: libcurl looks at the mean speed of the last five.
    package var stall: Duration?
    /// How long the whole request may take; nil for no limit.
    package var total: Duration?

    package init(connect: Duration = .seconds(10), stall: Duration? = .seconds(60), total: Duration? = nil) {
        self.connect = connect
        self.stall = stall
        self.total = total
    }
}
