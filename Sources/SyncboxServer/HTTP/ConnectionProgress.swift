// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// How far a connection's request has come, and until when it has to go on: a pure value, told what happens and when.
///
///     resting ──byte──► head ──complete──► body ──end──► resting, once it is answered too
///
/// Time counts only while the other side keeps the server waiting: not while the server itself is busy with what has come.
struct ConnectionProgress {
    /// Where a connection is.
    enum Phase: Equatable {
        /// No byte of the next request has come.
        case resting
        /// A request's head is coming, since then.
        case head(since: NIODeadline)
        /// The head has come, and the body is coming.
        case body
        /// The whole request has come, and its answer is being made or sent.
        case answer
    }

    private(set) var phase: Phase
    /// Whether the request under way has been answered to the end.
    private(set) var isAnswered = false
    /// Whether the head of its answer has been sent.
    private(set) var hasBegunAnswer = false
    private let limits: ConnectionLimits
    /// Since when bytes of the body are asked for; nil while none are.
    private var askedSince: NIODeadline?
    /// How long the present bytes of a body have been waited for before that.
    private var waited = TimeAmount.zero
    /// How many bytes have come in that time.
    private var came = 0
    /// How many bytes have come of a body whose request is answered.
    private var leftover = 0

    /// A connection that was opened just now, whose first head is due.
    init(_ limits: ConnectionLimits, openedAt now: NIODeadline) {
        self.limits = limits
        phase = .head(since: now)
    }

    /// The server asks for bytes.
    mutating func ask(at now: NIODeadline) {
        if askedSince == nil { askedSince = now }
    }

    /// What was asked for has come for now.
    mutating func stopAsking(at now: NIODeadline) {
        if let askedSince { waited = waited + (now - askedSince) }
        askedSince = nil
    }

    /// Bytes have come, before anybody knows what they are.
    mutating func bytes(at now: NIODeadline) {
        if phase == .resting { phase = .head(since: now) }
    }

    /// A head is complete. Where it came with bytes of an earlier request, that one is over: answers go in order.
    mutating func head() {
        phase = .body
        (isAnswered, hasBegunAnswer) = (false, false)
        (waited, came, leftover) = (.zero, 0, 0)
    }

    /// A piece of a body has come. False when it is too much of one that nobody wants any more.
    mutating func body(_ count: Int, at now: NIODeadline) -> Bool {
        came += count
        if came >= limits.bodyProgress {
            (waited, came) = (.zero, 0)
            if askedSince != nil { askedSince = now }
        }
        guard isAnswered else { return true }
        leftover += count
        return leftover <= limits.leftover
    }

    /// A request has come to its end.
    mutating func end() {
        phase = isAnswered ? .resting : .answer
    }

    /// The answer's head is being sent.
    mutating func answerBegins() {
        hasBegunAnswer = true
    }

    /// The answer's end is being sent.
    mutating func answerEnds() {
        isAnswered = true
        if phase == .answer { phase = .resting }
    }

    /// When the connection will have kept the server waiting for too long, as things are; nil while that can't be told.
    var deadline: NIODeadline? {
        switch phase {
        case .head(let start): start + limits.head
        case .body: askedSince.map { $0 + (limits.body - waited) }
        case .resting, .answer: nil
        }
    }
}
