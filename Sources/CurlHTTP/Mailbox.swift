// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The way from the callers to the curl thread: the only state that both touch.
final class Mailbox: Sendable {
    /// What waits for the thread.
    struct Letters {
        var submissions: [Submission] = []
        var cancellations: [Ticket] = []
    }

    /// Why a submission was not taken.
    enum Refusal {
        case closed
        case full(Int)

        func error(for request: HTTPRequest, to endpoint: Endpoint) -> CurlError {
            let what = request.summary(to: endpoint)
            return switch self {
            case .closed: CurlError(.cancelled, "\(what): the client is closed")
            case .full(let limit): CurlError(.other, "\(what): \(limit) requests wait already")
            }
        }
    }

    /// What the lock guards.
    private struct State {
        var letters = Letters()
        /// Submissions that were taken and have not been settled: the bound of every queue behind this box.
        var unsettled = 0
        var isClosed = false
        /// Whom to wake; nil once the thread has ended.
        var sleeper: MultiHandle?
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// A box for at most `capacity` unsettled submissions, whose letters wake `sleeper`.
    init(capacity: Int, sleeper: MultiHandle) {
        self.capacity = capacity
        state = Mutex(State(sleeper: sleeper))
    }

    /// Hands `submission` to the thread, or says why not.
    func submit(_ submission: Submission) -> Refusal? {
        state.withLock { state in
            if state.isClosed { return .closed }
            if state.unsettled >= capacity { return .full(capacity) }
            state.unsettled += 1
            state.letters.submissions.append(submission)
            state.sleeper?.wake()
            return nil
        }
    }

    /// Asks the thread to end the transfer that `ticket` names, if it has not ended.
    func cancel(_ ticket: Ticket) {
        // Before the letter: a thread that collects the submission later sees this, one that collected it before
        // finds the letter.
        ticket.cancel()
        state.withLock { state in
            guard state.unsettled > 0, !state.isClosed else { return }
            state.letters.cancellations.append(ticket)
            state.sleeper?.wake()
        }
    }

    /// Tells the thread to end.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.sleeper?.wake()
        }
    }

    /// For the thread: everything that came since the last call, and whether it shall end.
    func collect() -> (letters: Letters, isClosed: Bool) {
        state.withLock { state in
            let letters = state.letters
            state.letters = Letters()
            return (letters, state.isClosed)
        }
    }

    /// For the thread: a submission has been settled.
    func settled() {
        state.withLock { $0.unsettled -= 1 }
    }

    /// For the thread: nobody listens any more, and the handle may be freed.
    func retire() {
        state.withLock { $0.sleeper = nil }
    }
}
