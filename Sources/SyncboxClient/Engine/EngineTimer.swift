// SPDX-License-Identifier: Apache-2.0

/// Wakes the engine: any number of wake-ups since it last looked are one. Never blocks whoever wakes it.
struct WakeUps: Sendable {
    /// One element for any number of calls of `wake()` since the last.
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Wakes the engine.
    func wake() {
        continuation.yield()
    }
}

/// One pending wake-up at an instant.
struct EngineTimer {
    private var due: ContinuousClock.Instant?
    private var task: Task<Void, Never>?

    /// Wakes at `instant`, and no longer at the instant armed before; nil for never.
    mutating func arm(at instant: ContinuousClock.Instant?, _ wakeUps: WakeUps) {
        if let due, let instant, due <= instant, due > .now { return }
        task?.cancel()
        due = instant
        // It only sleeps and wakes; whatever ends it early is another call of `arm`.
        task = instant.map { instant in
            Task.detached {
                try? await Task.sleep(until: instant, clock: .continuous)
                if !Task.isCancelled { wakeUps.wake() }
            }
        }
    }
}
