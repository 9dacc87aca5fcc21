// SPDX-License-Identifier: Apache-2.0
import Glibc
import Systemd
import Testing

@Suite("Notifier")
struct NotifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let notify: @Sendable (Notifier) -> Void

        init(_ message: String, _ notify: @escaping @Sendable (Notifier) -> Void) {
            testDescription = message
            self.message = message
            self.notify = notify
        }
    }

    static let cases = [
        Case("READY=1") { $0.ready() },
        Case("STOPPING=1") { $0.stopping() },
        Case("WATCHDOG=1") { $0.alive() },
        Case("STATUS=mirrors 3 files") { $0.status("mirrors 3 files") },
        Case("STATUS=two READY=1  lines") { $0.status("two\nREADY=1\r\n\u{2028}lines") },
        Case("EXTEND_TIMEOUT_USEC=1500000") { $0.extendStart(by: .milliseconds(1500)) },
    ]

    @Test("Each message is the assignment that sd_notify(3) documents, and never more than that", arguments: cases)
    func message(_ example: Case) {
        let sent = Recorder<String>()
        example.notify(sent.notifier)
        #expect(sent.elements == [example.message])
    }

    @Test("A reload carries the time of the monotonic clock, in microseconds")
    func reloading() throws {
        let sent = Recorder<String>()
        let before = SuspendingClock.now
        sent.notifier.reloading()
        let lines = try #require(sent.elements.first).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let microseconds = try #require(lines.last?.split(separator: "=").last.flatMap { Int64($0) })
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let age = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000 - microseconds
        #expect((0...Int64(before.duration(to: .now) / .microseconds(1)) + 1).contains(age))
    }

    @Test("What is told arrives at $NOTIFY_SOCKET")
    func arrives() async {
        await #expect(processExitsWith: .success) {
            let manager = try FakeServiceManager()
            Notifier().ready()
            Notifier().status("hello")
            #expect(manager.messages == ["READY=1", "STATUS=hello"])
        }
    }

    @Test("The watchdog's interval is what the manager set for this very process", arguments: [0, 1])
    func watchdog(offset: Int32) async {
        await #expect(processExitsWith: .success) { [offset = offset as Int32] in
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", String(getpid() + offset), 1)
            #expect(WatchdogInterval.current() == (offset == 0 ? .seconds(30) : nil))
        }
    }
}
