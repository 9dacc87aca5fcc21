// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@Suite struct FileThreadsTests {
    @Test("Work runs on the threads by their name, as closures and as tasks that prefer them")
    func runsThere() async throws {
        let threads = try FileThreads(count: 2, name: "files")
        defer { threads.stop() }
        let closure = await threads.run { threadName() }
        let task = await withTaskExecutorPreference(threads) { await nameOfConcurrentThread() }
        for name in [closure, task] { #expect(["files-1", "files-2"].contains(name)) }
    }

    @Test("As many pieces of work as there are threads block at once, and the pool goes on meanwhile")
    func blocks() async throws {
        let threads = try FileThreads(count: 3, name: "files")
        defer { threads.stop() }
        let arrived = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await threads.run {
                        arrived.add()
                        // All three must be here at once for any of them to go on.
                        while arrived.value < 3 { usleep(100) }
                    }
                }
            }
        }
        #expect(arrived.value == 3)
    }

    @Test("Everything is run once, in order on one thread, however many give work at the same time")
    func runsAll() async throws {
        let threads = try FileThreads(count: 1, name: "one")
        defer { threads.stop() }
        let seen = Seen()
        await withTaskGroup(of: Void.self) { group in
            for giver in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        await threads.run { seen.add(number, by: giver) }
                    }
                }
            }
        }
        #expect(seen.all == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, Array(0..<500)) }))
    }

    @Test("A lane with more to do than there are threads leaves one to the others")
    func lanes() async throws {
        let threads = try FileThreads(count: 2, name: "files")
        defer { threads.stop() }
        let (busy, other) = (threads.lane(), threads.lane())
        let (gate, done) = (Counter(), Counter())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await busy.run {
                        while gate.value == 0 { usleep(100) }
                        done.add()
                    }
                }
            }
            for _ in 0..<20 { await other.run {} }
            await withTaskExecutorPreference(other) { _ = await nameOfConcurrentThread() }
            #expect(done.value == 0)
            gate.add()
        }
        #expect(done.value == 20)
    }

    @Test("What is thrown reaches the caller")
    func throwsErrors() async throws {
        let threads = try FileThreads(count: 1, name: "one")
        defer { threads.stop() }
        await #expect(throws: FileError(.busy, operation: "test", path: nil)) {
            try await threads.run { () throws(FileError) in throw FileError(.busy, operation: "test", path: nil) }
        }
    }

    @Test("Stopping waits for what is queued")
    func stops() async throws {
        let threads = try FileThreads(count: 2, name: "files")
        let done = Counter()
        let tasks = (0..<20).map { _ in
            Task { await threads.run { done.add() } }
        }
        for task in tasks { await task.value }
        threads.stop()
        #expect(done.value == 20)
    }
}

/// A number that many threads raise.
private final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    func add() {
        number.add(1, ordering: .sequentiallyConsistent)
    }
}

/// What was run, in order, by who gave it.
private final class Seen: Sendable {
    private let numbers = Mutex<[Int: [Int]]>([:])

    var all: [Int: [Int]] { numbers.withLock { $0 } }

    func add(_ number: Int, by giver: Int) {
        numbers.withLock { $0[giver, default: []].append(number) }
    }
}

/// The name of the thread that runs this, as the kernel has it.
private func threadName() -> String {
    let comm = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return comm?.trimmingCharacters(in: .newlines) ?? ""
}

@concurrent
private func nameOfConcurrentThread() async -> String {
    threadName()
}
