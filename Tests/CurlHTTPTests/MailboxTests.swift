// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CurlHTTP

struct MailboxTests {
    @Test("A cancellation that the thread sees before the request itself is heeded, also where the request must wait")
    func cancellationOvertakes() async throws {
        let server = try TestServer.tcp { connection, _ in connection.waitForHangUp() }
        let timeouts = HTTPTimeouts(stall: nil, total: .seconds(20))
        let mailbox = try TransferLoop.start(
            base: server.endpoint, options: .init(userAgent: "test/1", timeouts: timeouts, mostConnections: 1))
        let first = Ticket()
        async let running = Self.kind(of: first, in: mailbox) {}
        try await eventually { server.connections == 1 }

        let overtaken = Ticket()
        mailbox.cancel(overtaken)
        // What is answered now was collected after that cancellation.
        let probe = Ticket()
        #expect(await Self.kind(of: probe, in: mailbox) { mailbox.cancel(probe) } == .cancelled)
        let start = ContinuousClock.now
        #expect(await Self.kind(of: overtaken, in: mailbox) {} == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(15), "it waited for the transfer that holds the connection")

        mailbox.cancel(first)
        #expect(await running == .cancelled)
        mailbox.close()
    }

    /// How a request ends that is submitted under `ticket` and followed by `then`; nil for a response.
    private static func kind(
        of ticket: Ticket, in mailbox: Mailbox, then: @Sendable () -> Void
    ) async -> CurlError.Kind? {
        let result = await withCheckedContinuation { continuation in
            let request = HTTPRequest(method: "GET", target: "/")
            let refusal = mailbox.submit(Submission(request: request, ticket: ticket, continuation: continuation))
            #expect(refusal == nil)
            then()
        }
        if case .failure(let error) = result { return error.kind }
        return nil
    }
}
