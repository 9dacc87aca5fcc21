// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import Foundation
import Testing

/// How servers under TLS are verified.
struct TLSTests {
    @Test("A server that speaks no TLS is a TLS error")
    func plainServer() async throws {
        let server = try TestServer.tcp { connection, _ in
            _ = connection.readHead()
            connection.write(answer(400))
        }
        guard case .tcp(_, let host, let port) = server.endpoint else { return }
        #expect(try await CurlClient(.tcp(.https, host: host, port: port)).failure().kind == .tls)
    }
}
