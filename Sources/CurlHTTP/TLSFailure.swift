// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What kept TLS from being agreed on, as far as it can be told apart: each wants another remedy.
package enum TLSFailure: Hashable, Sendable, CaseIterable {
    /// The server's certificate, or one between it and its authority, has expired.
    case expired
    /// It is not valid yet.
    case notYetValid
    /// It is for another name or address.
    case wrongName
    /// No authority that is trusted vouches for it.
    case unknownAuthority
    /// The server's key is none of the pinned ones.
    case wrongPin
    /// The server speaks no version of TLS that the client takes.
    case oldProtocol
    /// The server doesn't speak TLS.
    case noTLS
    /// The server wants a certificate of the client.
    case certificateWanted
    /// The server doesn't take the client's certificate.
    case certificateRefused
    /// The client's own files can't be used: authorities, certificate or key.
    case ownFiles
    /// Anything else.
    case other
}

extension TLSFailure {
    /// Finds out by libcurl's code (libcurl-errors(3)), by what came of verifying the certificate
    /// (CURLINFO_SSL_VERIFYRESULT(3), a number of openssl-verification-options(1)), and by what OpenSSL says otherwise:
    /// of alerts and protocols there is nothing but its text. nil where the failure has nothing to do with TLS.
    init?(_ code: CURLcode, verification: Int, detail: String) {
        switch code {
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: self = .wrongPin
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE: self = .ownFiles
        case CURLE_PEER_FAILED_VERIFICATION: self = Self.unverified(verification)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR: self = Self.said(detail) ?? .other
        // Under TLS 1.3 a server refuses a client's certificate after the handshake.
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            guard let said = Self.said(detail) else { return nil }
            self = said
        default: return nil
        }
    }

    /// The names of the numbers are those of X509_STORE_CTX_get_error(3).
    private static func unverified(_ result: Int) -> TLSFailure {
        switch result {
        case 9: .notYetValid
        case 10: .expired
        // libcurl compares the names itself, when everything else is right; then the number is 0, or 1 for none yet.
        case 0, 1, 62, 64: .wrongName
        case 2, 18, 19, 20, 21: .unknownAuthority
        default: .other
        }
    }

    private static let texts: [(text: String, failure: TLSFailure)] = [
        ("protocol version", .oldProtocol), ("unsupported protocol", .oldProtocol),
        ("wrong version number", .noTLS), ("packet length too long", .noTLS), ("http request", .noTLS),
        ("certificate required", .certificateWanted), ("handshake failure", .certificateWanted),
        ("alert unknown ca", .certificateRefused), ("alert bad certificate", .certificateRefused),
        ("alert certificate", .certificateRefused), ("alert decrypt error", .certificateRefused),
    ]

    private static func said(_ detail: String) -> TLSFailure? {
        texts.first { detail.contains($0.text) }?.failure
    }
}
