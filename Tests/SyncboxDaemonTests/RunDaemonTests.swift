// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import ServiceLifecycle
import SyncboxCore
import SyncboxDaemon
import Synchronization
import Systemd
import Testing

/// Each test is a process of its own: signals, the environment and the log belong to a whole process.
@Suite("runDaemon")
struct RunDaemonTests {
    /// A service that tells when it starts and stops, and takes a moment to stop.
    private struct Part: Service {
        let name: String
        let events: Recorder<String>
        var started: @Sendable () -> Void = {}

        func run() async throws {
            events.keep("\(name) runs")
            started()
            try await gracefulShutdown()
            try await Task.sleep(for: .milliseconds(20))
            events.keep("\(name) finished")
        }
    }

    /// A service that fails when it is told to.
    private struct Failing: Service {
        let error: any Error
        let after: @Sendable () async throws -> Void

        func run() async throws {
            try await after()
            throw error
        }
    }

    @Test(
        "SIGTERM and SIGINT let the parts finish, the last one first, and end the process with 0",
        arguments: [SIGTERM, SIGINT])
    func stop(signal: Int32) async {
        await #expect(processExitsWith: .success) { [signal = signal as Int32] in
            let manager = try FakeServiceManager()
            let events = Recorder<String>()
            let context = DaemonContext(logger: events.logger, logThreshold: .init(.info), watchdogInterval: nil)
            async let code = runUntilStopped(context) { context in
                let started = context.readiness.require()
                return Daemon(
                    services: [
                        Part(name: "first", events: events), Part(name: "second", events: events, started: started),
                    ], reload: {})
            }
            try await eventually { manager.messages.contains("READY=1") }
            kill(getpid(), signal)
            #expect(await code == .success)
            #expect(events.elements.suffix(2) == ["second finished", "first finished"])
            #expect(manager.messages == ["READY=1", "STOPPING=1"])
        }
    }

    @Test("SIGHUP reloads between RELOADING=1 and READY=1; a reload that fails changes nothing else")
    func reload() async {
        await #expect(processExitsWith: .success) {
            let manager = try FakeServiceManager()
            let events = Recorder<String>()
            let context = DaemonContext(logger: events.logger, logThreshold: .init(.info), watchdogInterval: nil)
            let reloads = Mutex(0)
            async let code = runUntilStopped(context) { context in
                Daemon(services: [Part(name: "part", events: events)]) {
                    context.notifier.status("reloading")
                    let count = reloads.withLock { count in
                        count += 1
                        return count
                    }
                    if count == 2 { throw FatalError(.configuration, "it is wrong", remedy: "mend it") }
                }
            }
            try await eventually { manager.messages.contains("READY=1") && events.elements.contains("part runs") }
            for count in 1...2 {
                kill(getpid(), SIGHUP)
                try await eventually { manager.messages.count == 1 + 3 * count }
            }
            kill(getpid(), SIGTERM)
            #expect(await code == .success)
            let names = manager.messages.map { $0.split(separator: "\n")[0] }
            let one = ["RELOADING=1", "STATUS=reloading", "READY=1"]
            #expect(names.map(String.init) == ["READY=1"] + one + one + ["STOPPING=1"])
            #expect(
                events.elements.filter { $0.contains("reloaded") } == [
                    "notice reloaded the settings",
                    "error not reloaded, everything stays as it was: it is wrong; mend it",
                ])
        }
    }

    @Test("A part that fails ends the daemon with its code, after the others have finished")
    func failure() async {
        await #expect(processExitsWith: .success) {
            let events = Recorder<String>()
            let context = DaemonContext(logger: events.logger, logThreshold: .init(.info), watchdogInterval: nil)
            let isRunning = Mutex(false)
            let failing = Failing(error: FatalError(.inputOutput, "the disk is gone")) {
                try await eventually { isRunning.withLock { $0 } }
            }
            let code = await runUntilStopped(context) { _ in
                Daemon(
                    services: [
                        Part(name: "part", events: events, started: { isRunning.withLock { $0 = true } }), failing,
                    ], reload: {})
            }
            #expect(code == .inputOutput)
            #expect(events.elements == ["part runs", "part finished", "critical the disk is gone"])
        }
    }

    @Test("Mistakes in the settings are logged one by one, the first is the status, and the process ends with 78")
    func settings() async throws {
        let result = await #expect(processExitsWith: .exitCode(78), observing: [\.standardErrorContent]) {
            await runDaemon("syncbox-server") { _ in
                throw SettingsMistakes([
                    SettingsMistake(file: "a.conf", line: 1, wrong: "is odd", right: "make it even"),
                    SettingsMistake(file: "a.conf", line: 9, wrong: "is flat", right: "make it round"),
                ])
            }
        }
        let text = try String(decoding: #require(result).standardErrorContent, as: UTF8.self)
        #expect(
            text.split(separator: "\n").filter { $0.hasPrefix("syncbox-server:") } == [
                "syncbox-server: critical: a.conf:1: is odd; make it even",
                "syncbox-server: critical: a.conf:9: is flat; make it round",
            ])
    }

    @Test("An error that nobody foresaw is told as one, and ends the process with 70")
    func unexpected() async {
        await #expect(processExitsWith: .exitCode(70)) {
            await runDaemon("syncbox-server") { _ in throw CancellationError() }
        }
    }
}
