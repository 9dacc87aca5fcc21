// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import SyncboxCore

extension CurlError {
    /// What failed, and what a person can do about it, in words of the client's settings. Tried again is it in any case.
    package func text(with settings: ClientSettings) -> String {
        let remedy = tlsFailure.map { $0.remedy(settings) } ?? linkRemedy(settings)
        return remedy.map { "\(message); \($0)" } ?? message
    }

    private func linkRemedy(_ settings: ClientSettings) -> String? {
        guard let tls = settings.tls else { return nil }
        switch kind {
        case .unreachable where !settings.server.isLocal, .timedOut where !settings.server.isLocal:
            return "is it running, and does the unit's IPAddressAllow= on either side let it through?"
        // A server that refuses a client for lack of a certificate may close before its reason has arrived.
        case .cut where tls.identity == nil:
            return "if the server asks for client certificates, set certificate and key in [tls]"
        default: return nil
        }
    }
}

extension TLSFailure {
    fileprivate func remedy(_ settings: ClientSettings) -> String {
        switch self {
        case .expired:
            "the server's certificate has expired: renew it and reload the server, or set this machine's clock"
        case .notYetValid: "the server's certificate is not valid yet: set the clock of this machine, or of the other"
        case .wrongName:
            "the server's certificate is for another name: write one that it has in server = …, or have one made for this"
        case .unknownAuthority:
            settings.tls?.caFile.map {
                "no authority in ca-file = \($0) vouches for the server's certificate: name its own"
            }
                ?? "no authority of the system vouches for the server's certificate: name its own in [tls] ca-file"
        case .wrongPin:
            "the server's key is not one that is pinned: where it was changed on purpose, set [tls] pin anew"
        case .oldProtocol: "the server speaks no TLS 1.2 or later: update what answers there"
        case .noTLS: "what answers there speaks no TLS: set up [tls] at the server, or write http:// for a tunnel's end"
        case .certificateWanted: wanted(settings)
        case .certificateRefused:
            "the server does not take this client's certificate: have one made by an authority of its client-ca"
        case .ownFiles: "a file that [tls] names can't be used: \(Self.files(settings))"
        case .other: "see [tls] on both sides"
        }
    }

    private func wanted(_ settings: ClientSettings) -> String {
        settings.tls?.identity == nil
            ? "the server asks for a client's certificate: set certificate and key in [tls]"
            : "the server wants another certificate than this client's: have one made by an authority of its client-ca"
    }

    private static func files(_ settings: ClientSettings) -> String {
        let tls = settings.tls
        return [tls?.caFile, tls?.identity?.certificate, tls?.identity?.key].compactMap(\.self).joined(separator: ", ")
    }
}
