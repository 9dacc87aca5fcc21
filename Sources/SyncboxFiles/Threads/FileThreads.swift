// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Synchronization

/// Threads on which work with files may block, so that the cooperative pool never does.
///
/// Waking a sleeping thread costs 15 to 35 µs, half of writing a small file: hop once for a batch of files, never for each.
/// Jobs start in the order in which they come; how many wait is bounded by their callers, each of which waits for its own.
/// The threads live until `stop()`.
package final class FileThreads: TaskExecutor {
    /// Something to run.
    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    /// What waits to be run, and who waits for it.
    private struct State {
        var queue: [Work] = []
        /// How many of `queue` have been taken already.
        var taken = 0
        var sleeping = 0
        var isStopped = false

        mutating func next() -> Work? {
            guard taken < queue.count else { return nil }
            let work = queue[taken]
            taken += 1
            // Half of it at once, so that each costs the same however long the queue is.
            if 2 * taken >= queue.count {
                queue.removeFirst(taken)
                taken = 0
            }
            return work
        }
    }

    private let state = Mutex(State())
    private let wakeUp: WakeUp
    private let threads = Mutex<[NamedThread]>([])

    /// Starts `count` threads whose names begin with `name`. Throws `.tooManyOpen`.
    package init(count: Int, name: String) throws(FileError) {
        precondition(count > 0, "without a thread nothing would ever be done")
        wakeUp = try WakeUp()
        threads.withLock { $0 = (1...count).map { number in NamedThread("\(name)-\(number)") { self.work() } } }
    }

    /// Runs `body`, which may block, on one of the threads. Not cancelled by the caller's cancellation.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            add(.body { continuation.resume(returning: Result { () throws(Failure) in try body() }) })
        }
        return try result.get()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Lets the threads end once the queue is empty, and waits for that. Not to be called on one of them; nothing may be run
    /// here afterwards.
    package func stop() {
        state.withLock { $0.isStopped = true }
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for _ in ending { wakeUp.signal() }
        for thread in ending { thread.join() }
    }

    private func add(_ work: Work) {
        let mustWake = state.withLock { state in
            precondition(!state.isStopped, "nothing runs on threads that have been stopped")
            state.queue.append(work)
            guard state.sleeping > 0 else { return false }
            state.sleeping -= 1
            return true
        }
        if mustWake { wakeUp.signal() }
    }

    /// What a thread does next.
    private enum Step {
        case work(Work)
        case sleep
        case end
    }

    private func work() {
        while true {
            switch nextStep() {
            case .work(.job(let job)): job.runSynchronously(on: asUnownedTaskExecutor())
            case .work(.body(let body)): body()
            case .sleep: wakeUp.wait()
            case .end: return
            }
        }
    }

    private func nextStep() -> Step {
        state.withLock { state in
            if let work = state.next() { return .work(work) }
            if state.isStopped { return .end }
            state.sleeping += 1
            return .sleep
        }
    }
}
