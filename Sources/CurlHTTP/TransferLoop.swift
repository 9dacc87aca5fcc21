// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The curl thread's work: takes letters from the mailbox, drives the transfers, sleeps until something happens.
final class TransferLoop {
    private let base: Endpoint
    private let options: CurlClient.Options
    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    /// Transfers that run, by their easy handles; at most `mostConnections`.
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    /// Submissions that wait for a connection, in order; bounded by the mailbox.
    private var waiting: [Submission] = []

    /// How long the thread sleeps when nothing happens, in milliseconds: as long as libcurl can say, 24 days.
    private static let longestSleep = Int32.max

    /// libcurl's own state for the process, set up by the first client, under the lock that guards every static.
    private static let globalState = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Starts a thread that serves the mailbox that is returned until that is closed.
    static func start(base: Endpoint, options: CurlClient.Options) throws(CurlError) -> Mailbox {
        guard globalState == CURLE_OK else { throw CurlError(globalState, during: "starting libcurl") }
        guard let multi = curl_multi_init() else { throw CurlError(CURLE_OUT_OF_MEMORY, during: "starting libcurl") }
        curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.mostConnections)
        let handle = MultiHandle(pointer: multi)
        let mailbox = Mailbox(capacity: options.mostRequests, sleeper: handle)
        let failure = startThread(named: options.threadName) {
            TransferLoop(base: base, options: options, multi: handle.pointer, mailbox: mailbox).run()
        }
        if let failure {
            curl_multi_cleanup(multi)
            throw CurlError(.other, "starting libcurl's thread: \(failure)")
        }
        return mailbox
    }

    private init(base: Endpoint, options: CurlClient.Options, multi: UnsafeMutableRawPointer, mailbox: Mailbox) {
        self.base = base
        self.options = options
        self.multi = multi
        self.mailbox = mailbox
    }

    private func run() {
        while takeLetters() {
            startWaiting()
            var unfinished: Int32 = 0
            curl_multi_perform(multi, &unfinished)
            finishDone()
            // A handle added here has a timer that is due, so the poll returns at once and the transfer starts.
            startWaiting()
            // A poll that fails would fail again at once, and the loop would never rest.
            if curl_multi_poll(multi, nil, 0, Self.longestSleep, nil) != CURLM_OK { mailbox.close() }
        }
        shutDown()
    }

    /// False where the client was closed.
    private func takeLetters() -> Bool {
        let (letters, isClosed) = mailbox.collect()
        for submission in letters.submissions {
            // A cancellation that overtook its submission: its letter found nothing, and no other will come.
            if submission.ticket.isCancelled { cancel(submission) } else { waiting.append(submission) }
        }
        for ticket in letters.cancellations { cancel(ticket) }
        return !isClosed
    }

    private func cancel(_ ticket: Ticket) {
        if let index = waiting.firstIndex(where: { $0.ticket === ticket }) {
            cancel(waiting.remove(at: index))
        } else if let (handle, transfer) = running.first(where: { $0.value.submission.ticket === ticket }) {
            remove(handle)
            cancel(transfer.submission)
        }
    }

    private func cancel(_ submission: Submission, because reason: String = "the request was cancelled") {
        settle(submission, .failure(CurlError(.cancelled, "\(what(submission)): \(reason)")))
    }

    private func what(_ submission: Submission) -> String { submission.request.summary(to: base) }

    private func startWaiting() {
        while running.count < options.mostConnections, let index = waiting.firstIndex(where: mayStart) {
            start(waiting.remove(at: index))
        }
    }

    /// One connection is kept free of streams, so that a small request never waits for a large one to end.
    private func mayStart(_ submission: Submission) -> Bool {
        guard submission.request.body.isStream else { return true }
        let streams = running.values.count { $0.submission.request.body.isStream }
        return streams < max(1, options.mostConnections - 1)
    }

    private func start(_ submission: Submission) {
        do {
            let transfer = try Transfer(submission, to: base, options: options)
            let code = curl_multi_add_handle(multi, transfer.handle)
            guard code == CURLM_OK else {
                return settle(submission, .failure(CurlError(code, during: what(submission))))
            }
            running[transfer.handle] = transfer
        } catch {
            settle(submission, .failure(error))
        }
    }

    private func finishDone() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let code = curl_message_result(message)
            guard let transfer = remove(handle) else { continue }
            settle(transfer.submission, transfer.result(code))
        }
    }

    @discardableResult
    private func remove(_ handle: UnsafeMutableRawPointer) -> Transfer? {
        curl_multi_remove_handle(multi, handle)
        return running.removeValue(forKey: handle)
    }

    private func settle(_ submission: Submission, _ result: Result<HTTPResponse, CurlError>) {
        mailbox.settled()
        submission.finish(result)
    }

    private func shutDown() {
        let transfers = running
        for (handle, transfer) in transfers {
            remove(handle)
            cancel(transfer.submission, because: "the client was closed")
        }
        for submission in waiting { cancel(submission, because: "the client was closed") }
        waiting = []
        mailbox.retire()
        curl_multi_cleanup(multi)
    }
}
