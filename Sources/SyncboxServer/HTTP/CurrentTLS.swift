// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import NIOSSL
import SyncboxTLS
import Synchronization

/// The certificate that new connections are shown. It can be replaced while the server runs: a connection keeps the one
/// that it began with.
final class CurrentTLS: Sendable {
    private let current: Mutex<ServerTLS>

    init(_ tls: ServerTLS) {
        current = Mutex(tls)
    }

    /// Takes another one from the next connection on.
    func replace(by tls: ServerTLS) {
        current.withLock { $0 = tls }
    }

    var context: NIOSSLContext { current.withLock { $0.context } }
    /// Until when the certificate is valid, in seconds since 1970.
    var expires: Int64 { current.withLock { $0.expires } }

    /// How long before its end a certificate is worth a warning at each start and reload, in seconds.
    private static let longestWarning: Int64 = 14 * 86_400

    /// Tells of a certificate that has expired, which clients refuse, or is about to.
    func warn(_ logger: Logger) {
        let left = expires - Int64(time(nil))
        if left < 0 {
            logger.warning("the certificate has expired: clients refuse it; renew it, and reload the server")
        } else if left < Self.longestWarning {
            logger.warning("the certificate expires within \(left / 86_400 + 1) days; renew it, and reload the server")
        }
    }
}
