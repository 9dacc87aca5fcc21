// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Certificates that openssl(1) makes: two authorities, and what they vouch for.
struct Certificates {
    static let program = "/usr/bin/openssl"
    /// Where they lie: `NAME.pem` and `NAME.key`.
    let directory: String

    /// Makes the authorities `ca` and `other`, and by `ca`, but for `stranger`: `good` and `next` for the loopback, `expired`,
    /// `elsewhere` for another address, `stranger` by `other`, `client` and `foreigner` for clients, the latter by `other`.
    init(in directory: String) async throws {
        self.directory = directory
        try await script(
            #"""
            ca() { openssl req -x509 $new -days 30 -subj /CN=$1 -keyout $1.key -out $1.pem 2>/dev/null; }
            new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            certificate() { # NAME AUTHORITY DAYS SUBJECT-ALTERNATIVE-NAME
                openssl req $new -subj /CN=$1 -keyout $1.key -out $1.csr 2>/dev/null
                openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $3 \
                    -extfile <(echo subjectAltName=$4) -out $1.pem 2>/dev/null
            }
            ca ca; ca other
            certificate good ca 20 IP:127.0.0.1,IP:::1
            certificate next ca 20 IP:127.0.0.1
            certificate expired ca -1 IP:127.0.0.1
            certificate elsewhere ca 20 IP:127.0.0.2
            certificate stranger other 20 IP:127.0.0.1
            certificate client ca 20 DNS:client
            certificate foreigner other 20 DNS:client
            openssl pkey -in good.key -aes256 -passout pass:secret -out locked.key
            echo nonsense > nonsense.pem
            """#, in: directory)
    }

    /// `[tls]` of a server that shows the certificate `name`, and asks for one of the authority `clientCA`.
    func server(_ name: String, key: String? = nil, clientCA: String? = nil) -> String {
        """
        certificate = \(directory)/\(name).pem
        key = \(directory)/\(key ?? name).key
        client-ca = \(clientCA.map { "\(directory)/\($0).pem" } ?? "")
        """
    }

    /// `[tls]` of a client that trusts the authority `ca`, and shows the certificate `identity`.
    func client(trusting ca: String = "ca", pin: String = "", identity: String? = nil) -> String {
        """
        ca-file = \(directory)/\(ca).pem
        pin = \(pin)
        certificate = \(identity.map { "\(directory)/\($0).pem" } ?? "")
        key = \(identity.map { "\(directory)/\($0).key" } ?? "")
        """
    }

    /// The pin of a certificate's key, as CURLOPT_PINNEDPUBLICKEY(3) tells to make it.
    func pin(of name: String) async throws -> String {
        "sha256//"
            + (try await script(
                """
                openssl x509 -in \(name).pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary \
                    | openssl enc -base64
                """, in: directory)).split(separator: "\n").joined()
    }
}
