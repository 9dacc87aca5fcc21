// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One request on its way, and who waits for its end.
struct Submission: Sendable {
    let request: HTTPRequest
    let ticket: Ticket
    private let continuation: CheckedContinuation<Result<HTTPResponse, CurlError>, Never>

    init(
        request: HTTPRequest, ticket: Ticket,
        continuation: CheckedContinuation<Result<HTTPResponse, CurlError>, Never>
    ) {
        self.request = request
        self.ticket = ticket
        self.continuation = continuation
    }

    /// Wakes the caller. Exactly one call a submission.
    func finish(_ result: Result<HTTPResponse, CurlError>) {
        continuation.resume(returning: result)
    }
}

/// Names one submission, and remembers a cancellation that comes before the submission itself does.
final class Ticket: Sendable {
    private let cancelled = Atomic(false)

    var isCancelled: Bool { cancelled.load(ordering: .sequentiallyConsistent) }

    func cancel() {
        cancelled.store(true, ordering: .sequentiallyConsistent)
    }
}
