// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import SyncboxDaemon
import Synchronization
import Testing

@Suite("StatusLine")
struct StatusLineTests {
    private let sent = Recorder<String>()
    private let log = Recorder<String>()

    /// Runs a status line that shows `number`, lets `work` use it, and stops it.
    private func withStatusLine(
        showing number: Int, gap: Duration,
        _ work: (StatusLine, _ show: (Int) -> Void, _ made: () -> Int) async throws -> Void
    ) async throws {
        let state = Mutex((number: number, made: 0))
        let line = StatusLine(notifier: sent.notifier, gap: gap) {
            state.withLock { state in
                state.made += 1
                return "number \(state.number)"
            }
        }
        let group = ServiceGroup(configuration: .init(services: [line], logger: log.logger))
        async let running: Void = group.run()
        try await work(line, { number in state.withLock { $0.number = number } }, { state.withLock(\.made) })
        await group.triggerGracefulShutdown()
        try await running
    }

    @Test("The text is shown at the start, and again only when it has changed")
    func changes() async throws {
        try await withStatusLine(showing: 1, gap: .milliseconds(1)) { line, show, made in
            for count in 1...5 {
                try await eventually { made() >= count }
                line.refresh()
            }
            #expect(sent.elements == ["STATUS=number 1"])
            show(2)
            line.refresh()
            try await eventually { sent.elements == ["STATUS=number 1", "STATUS=number 2"] }
        }
    }

    @Test("However often it is refreshed, the text is made once in a gap, and the last change shows")
    func gap() async throws {
        let gap = Duration.milliseconds(200)
        try await withStatusLine(showing: 0, gap: gap) { line, show, made in
            let start = ContinuousClock.now
            for number in 1...10_000 {
                show(number)
                line.refresh()
            }
            try await eventually { sent.elements.last == "STATUS=number 10000" }
            let gaps = start.duration(to: .now) / gap
            #expect(Double(made()) <= gaps + 2)
        }
    }

    @Test("A daemon that stops does not wait for the gap")
    func stop() async throws {
        try await withStatusLine(showing: 1, gap: .seconds(3600)) { _, _, made in
            try await eventually { made() == 1 }
        }
    }
}
