// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("Freshness") struct FreshnessTests {
    private let temporary: TemporaryShare

    init() throws {
        temporary = try TemporaryShare(inMemory: true)
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    private var instant: String? { temporary.share.description.fresh?.instant }

    /// Sends a batch with one file, which says how far the share is.
    private func send(_ name: String, fresh: Timestamp?, base: ShareState? = nil) async throws {
        var encoder = BatchEncoder(base: base ?? temporary.share.catalog.summary.state)
        encoder.append(.put(try RelativePath(name), "x"))
        let body = RequestBody(buffer: ByteBuffer(bytes: encoder.finish()))
        _ = try await CommitBatch(share: temporary.share, caller: TemporaryShare.caller(), fresh: fresh).run(body)
    }

    private func report(_ state: ShareState, _ instant: Timestamp) async throws -> HTTPResponse.Status {
        let body = try JSONEncoder().encode(FreshnessReport(state: state, instant: instant))
        let routes = Routes(
            share: temporary.share, caller: TemporaryShare.caller(),
            lane: try FileThreads(count: 1, name: "test").lane(),
            audits: Audits())
        let request = Request(
            head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/"),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        return try await routes.freshness(request).status
    }

    @Test("Nobody has told it of a new share; a batch tells and records it; it never moves backwards")
    func batches() async throws {
        #expect(instant == nil)
        try await send("a", fresh: nil)
        #expect(instant == nil)
        try await send("b", fresh: at(100))
        #expect(instant == at(100).decimalText)
        #expect(temporary.share.catalog.summary.fresh == temporary.share.description.fresh)
        try await send("c", fresh: at(50))
        try await send("d", fresh: nil)
        #expect(instant == at(100).decimalText)
        try temporary.restart()
        #expect(instant == at(100).decimalText)
    }

    @Test("A batch on another state says nothing")
    func conflict() async throws {
        let old = temporary.share.catalog.summary.state
        try await send("a", fresh: at(100))
        try await send("b", fresh: at(200), base: old)
        #expect(instant == at(100).decimalText)
    }

    @Test(
        "A client without changes tells it too, of this very state alone; it is recorded with the next batch, or later")
    func reports() async throws {
        let old = temporary.share.catalog.summary.state
        try await send("a", fresh: at(100))
        #expect(try await report(old, at(200)) == .conflict)
        #expect(instant == at(100).decimalText)
        #expect(try await report(temporary.share.catalog.summary.state, at(200)) == .noContent)
        #expect(instant == at(200).decimalText)
        #expect(temporary.share.catalog.summary.fresh?.instant == at(100).decimalText)
        try temporary.share.recordFreshness(olderThan: .seconds(60))
        #expect(temporary.share.catalog.summary.fresh?.instant == at(100).decimalText)
        try temporary.share.recordFreshness(olderThan: .zero)
        #expect(temporary.share.catalog.summary.fresh?.instant == at(200).decimalText)
        #expect(temporary.share.catalog.summary.state == old.next)
        #expect(try await report(temporary.share.catalog.summary.state, at(300)) == .noContent)
        try await send("b", fresh: nil)
        #expect(temporary.share.catalog.summary.fresh?.instant == at(300).decimalText)
    }
}
