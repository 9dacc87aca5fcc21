// SPDX-License-Identifier: Apache-2.0
import SyncboxDaemon
import Testing

@Suite("Readiness")
struct ReadinessTests {
    @Test("The manager is told once, when the last requirement is met, and none counts twice")
    func lastOne() {
        let sent = Recorder<String>()
        let readiness = Readiness(notifier: sent.notifier)
        let listening = readiness.require()
        let scanned = readiness.require()
        listening()
        listening()
        #expect(sent.elements.isEmpty)
        #expect(!readiness.isReady)
        scanned()
        #expect(readiness.isReady)
        scanned()
        #expect(sent.elements == ["READY=1"])
    }
}
