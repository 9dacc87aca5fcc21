// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import SyncboxDaemon
import Synchronization
import Testing

@Suite("Heartbeat")
struct HeartbeatTests {
    /// A clock that stands still until it is moved.
    private final class Clock: Sendable {
        private let instant = Mutex(SuspendingClock.now)

        var now: SuspendingClock.Instant { instant.withLock { $0 } }

        func advance(by duration: Duration) {
            instant.withLock { $0 = $0.advanced(by: duration) }
        }
    }

    private let clock = Clock()
    private let sent = Recorder<String>()
    private let log = Recorder<String>()
    private let heartbeat: Heartbeat

    init() {
        heartbeat = Heartbeat(
            interval: .seconds(30), notifier: sent.notifier, logger: log.logger, now: { [clock] in clock.now })
    }

    /// Ticks at each of `count` seconds to come, and tells how many pings were sent.
    private func pings(inSeconds count: Int) async throws -> Int {
        let before = sent.elements.count
        for _ in 0..<count {
            clock.advance(by: .seconds(1))
            heartbeat.tick()
            // The pool answers in its own time; this clock stands still meanwhile.
            try await eventually { heartbeat.isPoolAnswering }
        }
        return sent.elements.count - before
    }

    @Test("A part at rest keeps nothing from being pinged, however long it rests")
    func rest() async throws {
        let pulse = heartbeat.pulse("watch")
        #expect(try await pings(inSeconds: 100) == 100)
        pulse.beat()
        pulse.rest()
        #expect(try await pings(inSeconds: 100) == 100)
        #expect(Set(sent.elements) == ["WATCHDOG=1"])
    }

    @Test("A part that works on is alive")
    func work() async throws {
        let pulse = heartbeat.pulse("commit")
        for _ in 0..<10 {
            pulse.beat()
            #expect(try await pings(inSeconds: 29) == 29)
        }
    }

    @Test("A part that does not get on for longer than the interval stops the pings, whatever others do")
    func hang() async throws {
        let hung = heartbeat.pulse("commit")
        let fine = heartbeat.pulse("watch")
        hung.beat()
        fine.beat()
        #expect(try await pings(inSeconds: 30) == 30)
        fine.beat()
        #expect(try await pings(inSeconds: 20) == 0)
        #expect(log.elements == ["error no progress in the commit for 31 s; the watchdog is not pinged"])
        hung.beat()
        #expect(try await pings(inSeconds: 5) == 5)
        #expect(log.elements.last == "notice the commit gets on again")
    }

    @Test("A step that was announced to be long has that long, and no longer")
    func longStep() async throws {
        let pulse = heartbeat.pulse("sync")
        pulse.beat(nextWithin: .seconds(120))
        #expect(try await pings(inSeconds: 121) == 120)
        pulse.beat()
        #expect(try await pings(inSeconds: 31) == 30)
    }

    @Test("Blocked threads of the cooperative pool stop the pings")
    func pool() async {
        await #expect(processExitsWith: .success) {
            let clock = Clock()
            let sent = Recorder<String>()
            let heartbeat = Heartbeat(
                interval: .seconds(30), notifier: sent.notifier, logger: sent.logger, now: { clock.now })
            let gate = DispatchSemaphore(value: 0)
            let blocked = Recorder<Int>()
            let threads = ProcessInfo.processInfo.activeProcessorCount
            for _ in 0..<threads {
                Thread.detachNewThread {
                    Task.detached {
                        blocked.keep(1)
                        gate.wait()
                    }
                }
            }
            await withCheckedContinuation { done in
                // The test itself must not need the pool while the pool is blocked.
                Thread.detachNewThread {
                    while blocked.elements.count < threads { usleep(1000) }
                    heartbeat.tick()
                    clock.advance(by: .seconds(31))
                    heartbeat.tick()
                    #expect(sent.elements.filter { $0 == "WATCHDOG=1" }.count == 1)
                    #expect(sent.elements.last?.contains("no progress in the cooperative thread pool") == true)
                    for _ in 0..<threads { gate.signal() }
                    done.resume()
                }
            }
            try await eventually { heartbeat.isPoolAnswering }
            heartbeat.tick()
            #expect(sent.elements.filter { $0 == "WATCHDOG=1" }.count == 2)
        }
    }

    @Test("The pings come by themselves, until the daemon stops")
    func thread() async throws {
        let heartbeat = Heartbeat(interval: .milliseconds(20), notifier: sent.notifier, logger: log.logger)
        let group = ServiceGroup(configuration: .init(services: [heartbeat], logger: log.logger))
        async let running: Void = group.run()
        try await eventually { sent.elements.count >= 5 }
        await group.triggerGracefulShutdown()
        try await running
    }

    @Test("Where nobody watches, nothing is sent")
    func unwatched() async throws {
        let heartbeat = Heartbeat(interval: nil, notifier: sent.notifier, logger: log.logger)
        let group = ServiceGroup(configuration: .init(services: [heartbeat], logger: log.logger))
        await group.triggerGracefulShutdown()
        try await group.run()
        #expect(sent.elements.isEmpty)
    }
}
