// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncboxServer

@Suite("The lease of a share") struct LeaseTests {
    private let start = ContinuousClock.now

    private func writer(_ name: String) throws -> WriterName {
        try #require(WriterName(name))
    }

    private func after(_ seconds: Int) -> ContinuousClock.Instant {
        start.advanced(by: .seconds(seconds))
    }

    @Test("A second writer is told who holds it and until when, and changes nothing")
    func second() throws {
        var lease = Lease<ContinuousClock.Instant>()
        #expect(lease.begin(try writer("a"), at: start) == nil)
        lease.end(try writer("a"), at: after(1))
        let held = Lease<ContinuousClock.Instant>.Holder(writer: "a", end: after(31))
        #expect(lease.begin(try writer("b"), at: after(2)) == held)
        #expect(lease.holder(at: after(2)) == held)
    }

    @Test("It ends thirty seconds after the last answer, and another writer has it then")
    func ends() throws {
        var lease = Lease<ContinuousClock.Instant>()
        #expect(lease.begin(try writer("a"), at: start) == nil)
        lease.end(try writer("a"), at: after(10))
        #expect(lease.begin(try writer("b"), at: after(39)) != nil)
        #expect(lease.holder(at: after(40)) == nil)
        #expect(lease.begin(try writer("b"), at: after(40)) == nil)
        #expect(lease.begin(try writer("a"), at: after(41))?.writer == "b")
    }

    @Test("A request that is being served holds it, however long that takes")
    func longRequest() throws {
        var lease = Lease<ContinuousClock.Instant>()
        #expect(lease.begin(try writer("a"), at: start) == nil)
        #expect(lease.begin(try writer("b"), at: after(1000))?.writer == "a")
        lease.end(try writer("a"), at: after(1000))
        #expect(lease.begin(try writer("b"), at: after(1029))?.writer == "a")
        #expect(lease.begin(try writer("b"), at: after(1030)) == nil)
    }

    @Test("A writer is never in its own way")
    func same() throws {
        var lease = Lease<ContinuousClock.Instant>()
        for _ in 0..<3 { #expect(lease.begin(try writer("a"), at: start) == nil) }
        for second in 1...3 { lease.end(try writer("a"), at: after(second)) }
        #expect(lease.holder(at: after(4))?.end == after(33))
    }

    @Test("An answer to who has lost the lease doesn't end the next one's")
    func lateAnswer() throws {
        var lease = Lease<ContinuousClock.Instant>()
        #expect(lease.begin(try writer("a"), at: start) == nil)
        lease.end(try writer("a"), at: start)
        #expect(lease.begin(try writer("b"), at: after(31)) == nil)
        lease.end(try writer("a"), at: after(32))
        #expect(lease.holder(at: after(100))?.writer == "b")
    }

    @Test(
        "A name is 1 to 128 printable ASCII characters",
        arguments: [
            ("a", true), ("", false), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false),
            ("a b~", true), ("a\tb", false), ("ä", false),
        ])
    func names(text: String, isName: Bool) {
        #expect((WriterName(text) != nil) == isName)
    }
}
