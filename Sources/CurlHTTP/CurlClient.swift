// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Speaks HTTP/1.1 to one server, by libcurl on one thread of its own; any number of tasks may send at once.
///
/// Connections are kept and used again. No proxy is taken from the environment, no redirect is followed, no name but
/// `http` and `https` is understood. Nothing runs while nothing is sent: the thread sleeps in `curl_multi_poll`.
///
/// All transfers of a client take turns on its thread, bodies' sources included. Beside a stream from the page cache a
/// small request takes a fraction of a millisecond longer; beside one from a slow disk it waits for that disk. Where
/// that matters, streams get a client of their own.
package final class CurlClient: Sendable {
    /// What holds for all requests of a client.
    package struct Options: Sendable {
        /// The value of `User-Agent`.
        package var userAgent: String
        /// How long a request may take that says nothing itself.
        package var timeouts: HTTPTimeouts
        /// How many transfers run at once, each on a connection of its own; later ones wait in order. Streams never
        /// take the last connection where there are several, so that bulk can't hold up what is small.
        package var mostConnections: Int
        /// How many requests may run and wait together; one more fails at once with kind `.other`.
        package var mostRequests: Int
        /// How many bytes of a streamed body are sent in a second, for each transfer; nil for no limit. It is kept over seconds,
        /// not within one.
        package var mostBytesPerSecond: UInt64?
        /// How `https` servers are verified.
        package var tls: TLS
        /// What the client's thread is called in ps(1): at most 15 bytes.
        package var threadName: String

        package init(
            userAgent: String, timeouts: HTTPTimeouts = HTTPTimeouts(), mostConnections: Int = 8,
            mostRequests: Int = 1024, mostBytesPerSecond: UInt64? = nil, tls: TLS = TLS(), threadName: String = "curl"
        ) {
            precondition(mostConnections > 0 && mostRequests > 0, "a client needs a connection and a request")
            precondition(threadName.utf8.count <= 15, "a thread's name has at most 15 bytes")
            self.userAgent = userAgent
            self.timeouts = timeouts
            self.mostConnections = mostConnections
            self.mostRequests = mostRequests
            self.mostBytesPerSecond = mostBytesPerSecond
            self.tls = tls
            self.threadName = threadName
        }
    }

    /// How `https` servers are verified: always, with TLS 1.2 or later.
    package struct TLS: Hashable, Sendable {
        /// A file of certificates in PEM that are trusted instead of the system's; nil for the system's.
        package var authorities: String?
        /// The public keys of which the server's must be one, beside everything else, each as
        /// CURLOPT_PINNEDPUBLICKEY(3) has it: `sha256//BASE64`. Empty for any.
        package var pins: [String]
        /// What is shown to a server that asks for it; nil for nothing.
        package var identity: Identity?

        package init(authorities: String? = nil, pins: [String] = [], identity: Identity? = nil) {
            self.authorities = authorities
            self.pins = pins
            self.identity = identity
        }

        /// Files in PEM: a client's certificate, and its private key without a passphrase.
        package struct Identity: Hashable, Sendable {
            let certificate: String
            let key: String

            package init(certificate: String, key: String) {
                self.certificate = certificate
                self.key = key
            }
        }
    }

    /// How many bytes of a body are read and handed to the kernel at once: 256 KiB. Twice as much was no faster over
    /// loopback, and what is small beside it then waited nearly twice as long.
    package static let uploadBufferSize = 256 << 10

    private let endpoint: Endpoint
    private let mailbox: Mailbox

    /// Starts the client's thread; connects only when something is sent. Throws where libcurl or the thread can't start.
    package init(base: Endpoint, options: Options) throws(CurlError) {
        endpoint = base
        mailbox = try TransferLoop.start(base: base, options: options)
    }

    deinit {
        mailbox.close()
    }

    /// Sends `request` and returns what the server answered, whatever the status. Suspends, never blocks.
    ///
    /// A final response that comes while the body is still being sent is returned, and the rest of the body is not sent.
    /// Cancelling the calling task ends the transfer at once.
    package func send(_ request: HTTPRequest) async throws(CurlError) -> HTTPResponse {
        let ticket = Ticket()
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let submission = Submission(request: request, ticket: ticket, continuation: continuation)
                if let refusal = mailbox.submit(submission) {
                    submission.finish(.failure(refusal.error(for: request, to: endpoint)))
                }
            }
        } onCancel: {
            mailbox.cancel(ticket)
        }.get()
    }

    /// Ends every transfer with an error of kind `.cancelled` and the thread with them; later requests fail likewise.
    /// Returns at once. Releasing the client does the same.
    package func close() {
        mailbox.close()
    }
}
