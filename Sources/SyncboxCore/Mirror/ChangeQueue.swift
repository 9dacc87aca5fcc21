// SPDX-License-Identifier: Apache-2.0

/// Decides which paths to mirror next, and when.
///
/// A pure value: it owns no clock, task or lock. The caller passes the current instant in, does the work that it gets
/// back and reports how it ended. A path that is up to date is not known here.
///
///     touch ──► settling ──due──► in flight ── mirrored ──► (forgotten, but not sent again within `quiet`)
///                  ▲                  │ │
///                  ├─ touched again ──┘ └─ failed ──► settling, not before the backoff is over
///                  ├──────────────────────────────────┘
///                  └── rarely, once its attempts are used up; a touch brings it back
///
/// What settles at once is due at once, unless it was mirrored moments ago: so the first change of a path goes out
/// immediately, and what repeats is held back by `quiet`, but never longer than `longestHold`.
///
/// What mends a path that failed may tell of itself by no event (a disk that works again, a lock that is gone, a right that was
/// granted above), so that none is given up: those that are out of attempts are tried together, in rounds, for ever.
package struct ChangeQueue<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How long paths are held back.
    package struct Limits: Hashable, Sendable {
        /// How long a path must rest while it is being written, and before it is sent a second time.
        package var quiet: Duration
        /// The longest that a path which never rests is held back.
        package var longestHold: Duration
        /// How long a path that failed waits.
        package var retry: RetryPolicy

        package init(
            quiet: Duration = .milliseconds(20), longestHold: Duration = .seconds(2), retry: RetryPolicy = .init()
        ) {
            precondition(quiet <= longestHold)
            self.quiet = quiet
            self.longestHold = longestHold
            self.retry = retry
        }
    }

    /// How soon a touched path counts as settled.
    package enum Settling: Hashable, Sendable {
        /// At once: it was closed after writing, renamed, removed, made as a whole.
        case atOnce
        /// When it has rested: it is being written.
        case whenQuiet
    }

    /// How the mirroring of a path ended.
    package enum Ending: Hashable, Sendable {
        /// The destination has it, or there was nothing to do.
        case mirrored
        /// It was not its turn after all, by no fault of its own (the link was cut, an upload came first): due again at once.
        case again
        /// It was changing while it was read. As `failed`, but a touch that settles at once ends the backoff: whoever
        /// wrote has closed the file. `chance`, 0 up to 1, jitters the backoff.
        case busy(chance: Double)
        /// It failed. `chance`, 0 up to 1, jitters the backoff.
        case failed(chance: Double)
    }

    /// What is known of one path.
    private struct State: Sendable {
        /// When what waits was touched first.
        var firstTouched: Instant
        /// When what is on its way was touched first.
        var takenTouched: Instant?
        /// When the path is due; nil while nothing but the flight is known of it.
        var due: Instant?
        /// When it is tried though it is out of attempts, and does not wait.
        var rare: Instant?
        var isInFlight = false
        var failures = 0
        /// Whether the last failure was that the path was changing.
        var isBusy = false
        /// The end of the backoff, or of the quiet time after it was mirrored.
        var notBefore: Instant?
        /// How many bytes the file has that is not mirrored yet, as far as is known.
        var size: UInt64 = 0

        mutating func take() {
            takenTouched = firstTouched
            due = nil
            rare = nil
            isInFlight = true
        }

        /// When what is not mirrored yet was touched first; nil for what is in trouble: time may end that, or a person.
        func oldestTouch(attempts: Int) -> Instant? {
            guard failures == 0 || isBusy && failures < attempts else { return nil }
            guard due != nil else { return takenTouched }
            return takenTouched.map { min($0, firstTouched) } ?? firstTouched
        }
    }

    /// The most paths of one `takeReady` that are out of attempts: however many those are, they hold nothing else up for long.
    package static var mostRareAtOnce: Int { 500 }

    /// How long paths are held back; may change at any time.
    package var limits: Limits
    private var states: [RelativePath: State] = [:]
    private var heap = DueHeap<Instant>()
    private var resting = DueHeap<Instant>()
    private var rare = DueHeap<Instant>()
    /// When the paths that run out of attempts at present are tried: together, so that many cost few batches.
    private var round: Instant?
    /// What is on its way, by the directory that it is in.
    private var flights: [RelativePath: Set<RelativePath>] = [:]
    /// How many paths are on their way.
    package private(set) var inFlightCount = 0
    /// How many paths wait; not those that are out of attempts.
    package private(set) var waitingCount = 0
    /// How many bytes the files have together that wait or are on their way, as far as is known.
    package private(set) var pendingBytes: UInt64 = 0

    package init(limits: Limits) {
        self.limits = limits
    }

    /// Whether nothing waits and nothing is on its way. What is out of attempts does not count.
    package var isIdle: Bool { waitingCount == 0 && inFlightCount == 0 }

    /// Whether `path` waits or is on its way, which one that is out of attempts does not.
    package func contains(_ path: RelativePath) -> Bool {
        states[path].map { $0.due != nil || $0.isInFlight } ?? false
    }

    /// Notes that something may have changed at `path`. Cheap, and safe to repeat.
    ///
    /// - `cause`: the path whose mirroring showed it, where that is on its way: this one is then as old as that one.
    package mutating func touch(
        _ path: RelativePath, _ settling: Settling, at now: Instant, because cause: RelativePath? = nil
    ) {
        var state = states[path] ?? State(firstTouched: now)
        let touched = cause.flatMap { states[$0]?.takenTouched } ?? now
        state.firstTouched = state.due == nil ? touched : min(state.firstTouched, touched)
        let wanted = settling == .atOnce ? now : now.advanced(by: limits.quiet)
        let endsBackoff = state.isBusy && settling == .atOnce
        let latest = state.firstTouched.advanced(by: limits.longestHold)
        // What never rests is not held longer for that, be it in trouble or not; a backoff is waited for all the same.
        let earliest = endsBackoff ? wanted : state.notBefore ?? wanted
        let due = state.failures > 0 ? max(min(wanted, latest), earliest) : min(max(wanted, earliest), latest)
        if settling == .whenQuiet, let known = state.due, known <= now { return }
        setDue(path, &state, settling == .atOnce ? min(due, state.due ?? due) : due)
    }

    /// The paths to mirror now, those that were due first at the front, at most `most`. Each is on its way until `finish`.
    package mutating func takeReady(at now: Instant, most: Int) -> [RelativePath] {
        forgetRested(at: now)
        var taken: [RelativePath] = []
        while taken.count < most, let item = nextValid(), item.due <= now {
            _ = heap.removeFirst()
            waitingCount -= 1
            states[item.path]?.take()
            launch(item.path)
            taken.append(item.path)
        }
        let most = min(most, taken.count + Self.mostRareAtOnce)
        while taken.count < most, let item = nextRare(), item.due <= now {
            _ = rare.removeFirst()
            states[item.path]?.take()
            launch(item.path)
            taken.append(item.path)
        }
        return taken
    }

    private mutating func launch(_ path: RelativePath) {
        flights[path.parent ?? .root, default: []].insert(path)
        inFlightCount += 1
    }

    /// Takes `path` out of turn, if it is not on its way already: a batch that needs a parent takes it along.
    package mutating func take(_ path: RelativePath, at now: Instant) -> Bool {
        var state = states[path] ?? State(firstTouched: now)
        guard !state.isInFlight else { return false }
        if state.due != nil { waitingCount -= 1 } else { state.firstTouched = now }
        state.take()
        launch(path)
        states[path] = state
        return true
    }

    /// Reports how the mirroring of a taken path ended. Answers whether it is out of attempts: tried again when it is touched, and
    /// rarely otherwise.
    @discardableResult
    package mutating func finish(_ path: RelativePath, _ ending: Ending, at now: Instant) -> Bool {
        guard var state = states[path], state.isInFlight else {
            preconditionFailure("finish(\(path)) without take")
        }
        land(path)
        let touched = state.takenTouched
        state.isInFlight = false
        state.takenTouched = nil
        inFlightCount -= 1
        if ending != .mirrored { state.firstTouched = touched ?? state.firstTouched }
        switch ending {
        case .mirrored:
            state.failures = 0
            state.isBusy = false
            let rested = now.advanced(by: limits.quiet)
            state.notBefore = rested
            resize(&state, 0)
            state.due = state.due.map { max($0, rested) }
            resting.insert(path, due: rested)
        case .again:
            if state.due == nil { waitingCount += 1 }
            state.due = now
        case .busy(let chance), .failed(let chance):
            state.failures += 1
            state.isBusy = ending.isBusy
            let end = now.advanced(by: limits.retry.delay(after: state.failures, chance: chance))
            state.notBefore = end
            if state.failures >= limits.retry.attempts, state.due == nil {
                let due = max(end, nextRound(at: now, chance: chance))
                state.rare = due
                rare.insert(path, due: due)
                resize(&state, 0)
            } else {
                if state.due == nil { waitingCount += 1 }
                state.due = end
            }
        }
        states[path] = state
        if let due = state.due { heap.insert(path, due: due) }
        return state.failures >= limits.retry.attempts
    }

    /// When what runs out of attempts now is tried.
    private mutating func nextRound(at now: Instant, chance: Double) -> Instant {
        if let round, round > now { return round }
        let next = now.advanced(by: limits.retry.rarely * (1 - chance / 2))
        round = next
        return next
    }

    private mutating func land(_ path: RelativePath) {
        let directory = path.parent ?? .root
        flights[directory]?.remove(path)
        if flights[directory]?.isEmpty == true { flights[directory] = nil }
    }

    /// What is on its way in `directory`, not deeper.
    package func inFlight(in directory: RelativePath) -> Set<RelativePath> {
        flights[directory] ?? []
    }

    /// Notes that the directory `from`, with all below it, has become `to`, as the watch tells it: whatever waits below `from`
    /// waits below `to` from now on, and only there; what is out of attempts gets new ones there. What is on its way may have
    /// missed the move, so it is looked at under its new name too.
    package mutating func moved(from: RelativePath, to: RelativePath, at now: Instant) {
        for (path, new) in waiting(below: from, as: to) {
            let state = states[path]
            let size = state?.size ?? 0
            if state?.isInFlight == false {
                pendingBytes -= size
                states[path] = nil
                if state?.due != nil { waitingCount -= 1 }
            }
            touch(new, .atOnce, at: now)
            measure(new, size)
            if let state, let touched = states[new]?.firstTouched {
                states[new]?.firstTouched = min(touched, state.firstTouched)
            }
        }
    }

    /// Notes that what is known at `from` was found at `to`, before the watch told of it: whatever waits or is on its way below
    /// `from` is looked at below `to` too.
    package mutating func found(_ from: RelativePath, at to: RelativePath, at now: Instant) {
        for (_, new) in waiting(below: from, as: to) { touch(new, .atOnce, at: now) }
    }

    /// The paths below `from` that wait, are on their way or out of attempts, in order, with what they are called below `to`.
    private func waiting(below from: RelativePath, as to: RelativePath) -> [(RelativePath, RelativePath)] {
        let below = states.filter { path, state in
            path.isBelow(from) && (state.due != nil || state.isInFlight || state.rare != nil)
        }
        return below.keys.sorted().compactMap { path in path.moved(from: from, to: to).map { (path, $0) } }
    }

    /// When to call `takeReady` next, or nil when only a touch can make work.
    package mutating func nextDue() -> Instant? {
        guard let rare = nextRare()?.due else { return nextValid()?.due }
        return nextValid().map { min($0.due, rare) } ?? rare
    }

    /// When `path` is tried next at the earliest; nil where it is on its way, or there is nothing to do.
    package func nextAttempt(of path: RelativePath) -> Instant? {
        guard let state = states[path], !state.isInFlight else { return nil }
        return state.due ?? state.rare
    }

    /// Whether everything that was touched up to `instant` is mirrored, but for paths in trouble. A busy path counts as in
    /// trouble when its attempts are used up. Looks at every path that waits.
    package func isDone(upTo instant: Instant) -> Bool {
        !states.values.contains { state in
            state.oldestTouch(attempts: limits.retry.attempts).map { $0 <= instant } ?? false
        }
    }

    /// The failures in a row of `path` so far.
    package func failures(of path: RelativePath) -> Int {
        states[path]?.failures ?? 0
    }

    /// Notes how many bytes the file at `path` has, which waits or is on its way.
    package mutating func measure(_ path: RelativePath, _ size: UInt64) {
        guard var state = states[path], state.due != nil || state.isInFlight else { return }
        resize(&state, size)
        states[path] = state
    }

    /// Notes that so many bytes more of the file at `path` are at the destination.
    package mutating func advance(_ path: RelativePath, by size: UInt64) {
        guard let known = states[path]?.size else { return }
        measure(path, known - min(known, size))
    }

    private mutating func resize(_ state: inout State, _ size: UInt64) {
        guard state.size != size else { return }
        pendingBytes = pendingBytes - state.size + size
        state.size = size
    }

    /// When what is on its way at `path` was touched first; nil where nothing is.
    package func takenTouched(_ path: RelativePath) -> Instant? {
        states[path]?.takenTouched
    }

    private mutating func setDue(_ path: RelativePath, _ state: inout State, _ due: Instant) {
        if state.due == nil { waitingCount += 1 }
        let isNew = state.due != due
        state.due = due
        state.rare = nil
        states[path] = state
        // What is on its way is not taken a second time: it comes back into the heap when it has ended.
        if isNew, !state.isInFlight { heap.insert(path, due: due) }
    }

    /// The first entry of the heap that still holds, dropping those that were overtaken.
    private mutating func nextValid() -> DueHeap<Instant>.Item? {
        while let item = heap.first {
            if let state = states[item.path], state.due == item.due, !state.isInFlight { return item }
            _ = heap.removeFirst()
        }
        return nil
    }

    /// As `nextValid`, of those that are out of attempts.
    private mutating func nextRare() -> DueHeap<Instant>.Item? {
        while let item = rare.first {
            if let state = states[item.path], state.rare == item.due, !state.isInFlight { return item }
            _ = rare.removeFirst()
        }
        return nil
    }

    /// Forgets paths whose quiet time after being mirrored is over.
    private mutating func forgetRested(at now: Instant) {
        while let item = resting.first, item.due <= now {
            _ = resting.removeFirst()
            guard let state = states[item.path], state.due == nil, !state.isInFlight, state.failures == 0 else {
                continue
            }
            states[item.path] = nil
        }
    }
}

extension ChangeQueue.Ending {
    fileprivate var isBusy: Bool { if case .busy = self { true } else { false } }
}
