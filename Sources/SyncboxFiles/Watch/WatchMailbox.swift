// SPDX-License-Identifier: Apache-2.0

import Synchronization
import SyncboxCore

/// Where watch events wait for their one reader. It holds a bounded number of them: beyond it, "look at everything" stands for
/// all of them.
final class WatchMailbox: Sendable {
    /// The events that wait, and the reader that waits for them.
    fileprivate struct State {
        var events: [WatchEvent] = []
        var reader: CheckedContinuation<[WatchEvent]?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds events, and wakes the reader.
    func add(_ events: [WatchEvent]) {
        let waiting = state.withLock { state in
            state.events += events
            if state.events.count > capacity {
                state.events = [.lostTrack] + Set(state.events.filter(\.outlivesLostTrack)).prefix(capacity)
            }
            return state.takeReader()
        }
        waiting?.reader.resume(returning: waiting?.events)
    }

    /// Says that no more will come.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            return state.takeReader()
        }
        waiting?.reader.resume(returning: waiting?.events)
    }

    /// All events that wait, as soon as there is one; nil at the end, and when the calling task is cancelled.
    func next() async -> [WatchEvent]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiting = state.withLock { state in
                    precondition(state.reader == nil, "the events of a watcher have one reader")
                    state.reader = continuation
                    return Task.isCancelled ? state.giveUpReader() : state.takeReader()
                }
                waiting?.reader.resume(returning: waiting?.events)
            }
        } onCancel: {
            state.withLock { $0.giveUpReader() }?.reader.resume(returning: nil)
        }
    }
}

extension WatchMailbox.State {
    typealias Waiting = (reader: CheckedContinuation<[WatchEvent]?, Never>, events: [WatchEvent]?)

    /// The reader, where one waits and there is something for it.
    fileprivate mutating func takeReader() -> Waiting? {
        guard let waiting = reader, !events.isEmpty || isClosed else { return nil }
        defer { (reader, events) = (nil, []) }
        return (waiting, events.isEmpty ? nil : events)
    }

    /// The reader, which gets nothing; the events wait on.
    fileprivate mutating func giveUpReader() -> Waiting? {
        guard let waiting = reader else { return nil }
        reader = nil
        return (waiting, nil)
    }
}

extension WatchEvent {
    /// Whether looking at everything doesn't make up for it.
    fileprivate var outlivesLostTrack: Bool {
        switch self {
        case .rootGone, .unwatched, .unmounted, .reached: true
        default: false
        }
    }
}
