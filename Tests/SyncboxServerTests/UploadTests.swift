// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("Uploads") struct UploadTests {
    private let temporary: TemporaryShare

    init() throws {
        temporary = try TemporaryShare(inMemory: true)
    }

    private var routes: Routes {
        get throws {
            let threads = try FileThreads(count: 1, name: "test")
            return Routes(
                share: temporary.share, caller: TemporaryShare.caller(), lane: threads.lane(), audits: Audits())
        }
    }

    private func request(_ headers: HTTPFields, _ body: String = "") -> Request {
        Request(
            head: HTTPRequest(method: .patch, scheme: nil, authority: nil, path: "/", headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    private func begin(_ length: Int) throws -> UploadID {
        let response = try routes.beginUpload(request([.uploadLength: String(length)]))
        #expect(response.status == .created)
        let name = response.headers[.location]?.split(separator: "/").last.map(String.init)
        return try #require(name.flatMap(UploadID.init))
    }

    @discardableResult
    private func append(_ upload: UploadID, _ text: String, at offset: Int) async throws -> String? {
        try await routes.appendToUpload(upload, request([.uploadOffset: String(offset)], text)).headers[.uploadOffset]
    }

    private func put(_ text: String, _ upload: UploadID, at path: RelativePath = "x") -> Change {
        .put(path, .file(text, mode: 0o600, at: 77), .upload(upload))
    }

    @Test("What came in parts is published as one file, and the upload has ended")
    func parts() async throws {
        let upload = try begin(10)
        #expect(try await append(upload, "hello", at: 0) == "5")
        #expect(try routes.lookAtUpload(upload).headers[.uploadOffset] == "5")
        #expect(try await append(upload, "world", at: 5) == "10")
        #expect(try await temporary.outcomes([put("helloworld", upload)]) == [.acknowledged])
        #expect(try temporary.diskLines() == ["x": TemporaryShare.line(.file("helloworld", mode: 0o600, at: 77))])
        #expect(try temporary.diskLines() == temporary.catalogLines())
        #expect(throws: HTTPError.self) { try routes.lookAtUpload(upload) }
        #expect(try temporary.share.catalog.uploads().isEmpty)
    }

    @Test(
        "A part at an offset that is had already, or behind the end, is refused with the right one",
        arguments: [0, 4, 11])
    func wrongOffset(offset: Int) async throws {
        let upload = try begin(10)
        try await append(upload, "hello", at: 0)
        do {
            try await append(upload, "world", at: offset)
            Issue.record("it was taken")
        } catch let error as HTTPError {
            #expect(error.status == .conflict)
            #expect(error.headers[.uploadOffset] == "5")
        }
    }

    @Test("What is left out between two parts, or at the end, is zeros; that holes are taken is said")
    func holes() async throws {
        let upload = try begin(20)
        try await append(upload, "hello", at: 0)
        #expect(try await append(upload, "world", at: 10) == "15")
        #expect(try routes.lookAtUpload(upload).headers[.uploadHoles] == "yes")
        #expect(try await append(upload, "", at: 20) == "20")
        let zeros = String(repeating: "\0", count: 5)
        #expect(try await temporary.outcomes([put("hello\(zeros)world\(zeros)", upload)]) == [.acknowledged])
        #expect(try temporary.diskLines() == temporary.catalogLines())
    }

    @Test("No more arrives than was announced")
    func tooMuch() async throws {
        let upload = try begin(3)
        await #expect(throws: HTTPError.self) { try await append(upload, "hello", at: 0) }
    }

    @Test("A length that is none begins nothing", arguments: [nil, "", "-1", "x", "9223372036854775808"] as [String?])
    func noLength(text: String?) throws {
        var headers = HTTPFields()
        headers[.uploadLength] = text
        #expect(throws: HTTPError.self) { try routes.beginUpload(request(headers)) }
    }

    @Test("They outlive a restart, also half of one, and what else is staged doesn't")
    func restart() async throws {
        let upload = try begin(10)
        try await append(upload, "hello", at: 0)
        try temporary.restart()
        #expect(try routes.lookAtUpload(upload).headers[.uploadOffset] == "5")
        #expect(try routes.lookAtUpload(upload).headers[.uploadLength] == "10")
        try await append(upload, "world", at: 5)
        #expect(try await temporary.outcomes([put("helloworld", upload)]) == [.acknowledged])
        #expect(try temporary.diskLines().count == 1)
    }

    @Test("One that is not what was announced is not published, and is given up", arguments: ["hellowurld", "hello"])
    func corrupt(text: String) async throws {
        let upload = try begin(10)
        try await append(upload, text, at: 0)
        let outcomes = try await temporary.outcomes([put("helloworld", upload)])
        #expect(outcomes == [.problem(.corrupt, "the upload is not what was announced")])
        #expect(try temporary.diskLines() == [:])
        #expect(throws: HTTPError.self) { try routes.lookAtUpload(upload) }
    }

    @Test("A put of one that is not there is a precondition")
    func unknown() async throws {
        let upload = try #require(UploadID("nosuchupload"))
        #expect(try await temporary.outcomes([put("x", upload)]) == [.preconditionFailed])
    }

    @Test("One that could not be published can be put again")
    func again() async throws {
        let upload = try begin(5)
        try await append(upload, "hello", at: 0)
        #expect(try await temporary.outcomes([put("hello", upload, at: "d/x")]) == [.preconditionFailed])
        #expect(try await temporary.outcomes([.mkdir("d"), put("hello", upload, at: "d/x")]).count == 2)
        #expect(try temporary.diskLines().keys.sorted() == ["d", "d/x"])
    }

    @Test("One that is given up leaves nothing")
    func removed() async throws {
        let upload = try begin(5)
        #expect(try routes.removeUpload(upload).status == .noContent)
        #expect(throws: HTTPError.self) { try routes.lookAtUpload(upload) }
        let staging = temporary.destination.appending(path: ".syncbox/staging").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
    }

    @Test(
        "No more than the limit are under way: the one that has rested longest makes room, but none that is worked on")
    func limit() throws {
        let uploads = temporary.share.uploads
        let first = try begin(1)
        for _ in 1..<Uploads.most { _ = try begin(1) }
        _ = try begin(1)
        #expect(throws: HTTPError.self) { try routes.lookAtUpload(first) }
        let all = try temporary.share.catalog.uploads().keys
        #expect(all.count == Uploads.most)
        for id in all { _ = try uploads.take(id) }
        #expect(throws: HTTPError.self) { try begin(1) }
        for id in all { uploads.release(id) }
        try uploads.sweep(at: .now.advanced(by: Uploads.longestRest))
        _ = try begin(1)
        #expect(try temporary.share.catalog.uploads().count == 1)
    }

    @Test("While one request works on it another is told to come again")
    func taken() async throws {
        let upload = try begin(5)
        _ = try temporary.share.uploads.take(upload)
        do {
            try await append(upload, "hello", at: 0)
            Issue.record("two work on it")
        } catch let error as HTTPError {
            #expect(error.status.code == 423)
        }
        temporary.share.uploads.release(upload)
        try await append(upload, "hello", at: 0)
    }
}
