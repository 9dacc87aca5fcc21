// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Synchronization

/// Threads on which work with files may block, so that the cooperative pool never does.
///
/// Waking a sleeping thread costs 15 to 35 µs, half of writing a small file: hop once for a batch of files, never for each.
/// Jobs start in the order in which they come, but for those of a `lane(_:)`, which takes its turn with the others; how many
/// wait is bounded by their callers, each of which waits for its own. The threads live until `stop()`.
package final class FileThreads: TaskExecutor {
    /// Something to run.
    private enum Work {
        case job(UnownedJob, UnownedTaskExecutor)
        case body(@Sendable () -> Void)
    }

    /// What waits to be run in one lane.
    private struct Queue {
        private var queue: [Work] = []
        /// How many of `queue` have been taken already.
        private var taken = 0
        /// How many of its jobs are being run.
        var running = 0

        mutating func append(_ work: Work) {
            queue.append(work)
        }

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

    /// What waits to be run, and who waits for it.
    private struct State {
        /// By lane; the first is that of whatever has no other.
        var queues = [Queue()]
        /// The lane that was served last.
        var served = 0
        var sleeping = 0
        var isStopped = false

        /// The next work, lane after lane, and whose it is. A lane of `limit` running jobs is passed over.
        mutating func next(atMost limit: Int) -> (Work, lane: Int)? {
            for step in 1...queues.count {
                let lane = (served + step) % queues.count
                guard lane == 0 || queues[lane].running < limit, let work = queues[lane].next() else { continue }
                queues[lane].running += 1
                served = lane
                return (work, lane)
            }
            return nil
        }
    }

    /// Some threads' jobs that belong together, as an executor of its own: they are run in their order, and take turns with
    /// those of other lanes, however many they are. One thread at least is always left to the others.
    package final class Lane: TaskExecutor {
        private let threads: FileThreads
        private let number: Int

        fileprivate init(of threads: FileThreads, _ number: Int) {
            self.threads = threads
            self.number = number
        }

        package func enqueue(_ job: consuming ExecutorJob) {
            threads.add(.job(UnownedJob(job), asUnownedTaskExecutor()), to: number)
        }

        /// Runs `body` as `FileThreads.run` does, in this lane.
        package func run<Value: Sendable, Failure: Error>(
            _ body: @escaping @Sendable () throws(Failure) -> Value
        ) async throws(Failure) -> Value {
            try await threads.run(in: number, body)
        }
    }

    private let state = Mutex(State())
    /// How many threads one lane may have at a time.
    private let mostOfLane: Int
    private let wakeUp: WakeUp
    private let threads = Mutex<[NamedThread]>([])

    /// Starts `count` threads whose names begin with `name`. Throws `.tooManyOpen`.
    package init(count: Int, name: String) throws(FileError) {
        precondition(count > 0, "without a thread nothing would ever be done")
        mostOfLane = max(1, count - 1)
        wakeUp = try WakeUp()
        threads.withLock { $0 = (1...count).map { number in NamedThread("\(name)-\(number)") { self.work() } } }
    }

    /// Runs `body`, which may block, on one of the threads. Not cancelled by the caller's cancellation.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await run(in: 0, body)
    }

    private func run<Value: Sendable, Failure: Error>(
        in lane: Int, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            add(.body { continuation.resume(returning: Result { () throws(Failure) in try body() }) }, to: lane)
        }
        return try result.get()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job), asUnownedTaskExecutor()))
    }

    /// Makes a lane more, for as long as the threads live.
    package func lane() -> Lane {
        Lane(
            of: self,
            state.withLock { state in
                state.queues.append(Queue())
                return state.queues.count - 1
            })
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

    private func add(_ work: Work, to lane: Int = 0) {
        let mustWake = state.withLock { state in
            precondition(!state.isStopped, "nothing runs on threads that have been stopped")
            state.queues[lane].append(work)
            guard state.sleeping > 0 else { return false }
            state.sleeping -= 1
            return true
        }
        if mustWake { wakeUp.signal() }
    }

    /// What a thread does next.
    private enum Step {
        case work(Work, lane: Int)
        case sleep
        case end
    }

    private func work() {
        var finished: Int?
        while true {
            let step = nextStep(after: finished)
            finished = nil
            switch step {
            case .work(let work, let lane):
                finished = lane
                switch work {
                case .job(let job, let executor): job.runSynchronously(on: executor)
                case .body(let body): body()
                }
            case .sleep: wakeUp.wait()
            case .end: return
            }
        }
    }

    /// What follows on a job of the lane `finished`, if there was one: the same lock serves both, and whoever has finished
    /// looks again at a lane that was full.
    private func nextStep(after finished: Int?) -> Step {
        state.withLock { state in
            if let finished { state.queues[finished].running -= 1 }
            if let (work, lane) = state.next(atMost: mostOfLane) { return .work(work, lane: lane) }
            if state.isStopped { return .end }
            state.sleeping += 1
            return .sleep
        }
    }
}
