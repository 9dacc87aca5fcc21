// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Why a request got no response. A response with a bad status is none of these: it is a response.
package struct CurlError: Error, Sendable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// The name could not be resolved, or nobody accepted the connection.
        case unreachable
        /// One of the request's timeouts ran out.
        case timedOut
        /// The connection was lost before the response was complete.
        case cut
        /// The server did not speak HTTP/1.1, or said more than the request takes.
        case protocolViolation
        /// TLS could not be agreed on, or the certificate was not accepted.
        case tls
        /// The calling task was cancelled, or the client was closed.
        case cancelled
        /// The body's source failed or gave fewer bytes than announced; `cause` is what it threw.
        case aborted
        /// The request can't be sent as it is: a mistake of the caller, which no repetition mends.
        case invalid
        /// Anything else, such as too many requests at once.
        case other
    }

    /// What a caller can act on.
    package let kind: Kind
    /// What failed, where and why, for people.
    package let message: String
    /// What the body's source threw, where that is the reason.
    package let cause: (any Error)?
    /// What was wrong with TLS, where it was; always for kind `.tls`.
    package let tlsFailure: TLSFailure?

    init(_ kind: Kind, _ message: String, cause: (any Error)? = nil, tlsFailure: TLSFailure? = nil) {
        self.kind = tlsFailure == nil ? kind : .tls
        self.message = message
        self.cause = cause
        self.tlsFailure = tlsFailure ?? (kind == .tls ? .other : nil)
    }

    package var description: String { message }
}

extension CurlError {
    /// The one place where libcurl's codes (libcurl-errors(3)) get their meaning. `detail` is what libcurl wrote into
    /// its error buffer, more telling than the code where it is not empty; `verification` is CURLINFO_SSL_VERIFYRESULT.
    init(_ code: CURLcode, during what: String, detail: String = "", verification: Int = 0) {
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        self.init(
            Self.kind(of: code), "\(what): \(text) (curl error \(code.rawValue))",
            tlsFailure: TLSFailure(code, verification: verification, detail: detail))
    }

    /// The same for what the multi interface says, of which none is the server's doing.
    init(_ code: CURLMcode, during what: String) {
        self.init(.other, "\(what): \(String(cString: curl_multi_strerror(code))) (curl multi error \(code.rawValue))")
    }

    private static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND: .cut
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_TOO_MANY_REDIRECTS:
            .protocolViolation
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_ABORTED_BY_CALLBACK, CURLE_READ_ERROR: .aborted
        case CURLE_URL_MALFORMAT: .invalid
        default: .other
        }
    }
}
