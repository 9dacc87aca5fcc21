// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import SyncboxCore

extension ClientSettings {
    /// Where the server is.
    package var endpoint: Endpoint {
        switch server {
        case .tcp(let host, let port): .tcp(tls == nil ? .http : .https, host: host, port: UInt16(port))
        case .unix(let path): .unix(path: path)
        }
    }

    /// How the server is verified.
    package var verification: CurlClient.TLS {
        guard let tls else { return CurlClient.TLS() }
        return CurlClient.TLS(
            authorities: tls.caFile, pins: tls.pins,
            identity: tls.identity.map { CurlClient.TLS.Identity(certificate: $0.certificate, key: $0.key) })
    }
}
