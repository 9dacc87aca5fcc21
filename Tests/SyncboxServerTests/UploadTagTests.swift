// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Hummingbird
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("Uploads that are found again by a tag") struct UploadTagTests {
    private let temporary: TemporaryShare

    init() throws {
        temporary = try TemporaryShare(inMemory: true)
    }

    private var requests: UploadRequests { UploadRequests(share: temporary.share) }

    /// The same from somebody who doesn't say who writes.
    private var nameless: UploadRequests { UploadRequests(share: temporary.share, writer: nil) }

    /// Who asks, and for what, where "t1" of 10 bytes was begun by the writer client-1 with the key laptop.
    struct Asking: Sendable {
        var tag: String? = "t1"
        var length = 10
        var key = "laptop"
        var writer: String? = "client-1"
        var finds = false
    }

    @Test(
        "It is found by its own writer with its own key, tag and length, also after a restart, and by nobody else",
        arguments: [
            Asking(finds: true), Asking(tag: "t2"), Asking(tag: nil), Asking(length: 11), Asking(key: "other"),
            Asking(writer: "client-2"), Asking(writer: nil),
        ], [false, true])
    func finds(_ asking: Asking, restarts: Bool) async throws {
        let upload = try await requests.begun(10, tag: "t1")
        _ = try await requests.append(upload, Array("hello".utf8), at: 0, isRecipe: false)
        if restarts { try temporary.restart() }
        var others = requests
        others.writer = asking.writer
        others.caller = Caller(name: asking.key, key: TemporaryShare.caller().key)
        let response = try await others.begin(asking.length, tag: asking.tag)
        #expect(response.status == (asking.finds ? .ok : .created))
        #expect(response.headers[.uploadOffset] == (asking.finds ? "5" : "0"))
        #expect(response.headers[.uploadHoles] == "yes" && response.headers[.uploadDelta] == "yes")
        let id = try #require(UploadRequests.id(response))
        #expect((id == upload) == asking.finds)
        #expect(try temporary.share.catalog.uploads().count == (asking.finds ? 1 : 2))
        if asking.finds {
            _ = try await requests.append(id, Array("world".utf8), at: 5, isRecipe: false)
            let put = Change.put("x", .file("helloworld"), .upload(id))
            #expect(try await temporary.outcomes([put]) == [.acknowledged])
        }
    }

    @Test("One whose content got its name is found no more, though what came after that failed")
    func usedUp() async throws {
        for number in 1...100 {
            let upload = try await requests.begun(10, tag: "t1")
            _ = try await requests.append(upload, Array("helloworld".utf8), at: 0, isRecipe: false)
            let put = Change.put("x", .file("helloworld"), .upload(upload))
            temporary.faults.restart(.once(number, errno: EMFILE))
            let outcomes = try await temporary.outcomes([put])
            let isRenamed = temporary.faults.operations.contains("rename")
            temporary.faults.restart()
            if outcomes == [.acknowledged] { return #expect(number > 5) }
            // Whoever begins it again can end it.
            let response = try await requests.begin(10, tag: "t1")
            let again = try #require(UploadRequests.id(response))
            let offset = try #require(response.headers[.uploadOffset])
            if again == upload {
                #expect(offset == "10", "call \(number), renamed: \(isRenamed)")
            } else {
                _ = try await requests.append(again, Array("helloworld".utf8), at: 0, isRecipe: false)
            }
            let second = Change.put("x", .file("helloworld"), .upload(again))
            #expect(try await temporary.outcomes([second]) == [.acknowledged], "call \(number), \(outcomes)")
            #expect(try await temporary.outcomes([.remove("x")]) == [.acknowledged])
        }
        Issue.record("there are no more than 100 calls")
    }

    @Test("Without a tag nothing is found, and the writer that has no name finds its own")
    func untagged() async throws {
        let first = try await requests.begun(10)
        let second = try await requests.begun(10)
        #expect(second != first)
        let tagged = try await nameless.begun(10, tag: "t1")
        try temporary.restart()
        let found = try await nameless.begun(10, tag: "t1")
        #expect(found == tagged)
    }

    @Test("While one request works on it another is told to come again")
    func taken() async throws {
        let upload = try await requests.begun(10, tag: "t1")
        _ = try temporary.share.uploads.take(upload)
        let response = try await requests.begin(10, tag: "t1")
        #expect(response.status.code == 423)
        #expect(response.headers[.retryAfter] == "1")
        temporary.share.uploads.release(upload)
        #expect(try await requests.begin(10, tag: "t1").status == .ok)
    }

    @Test("What has ended is not found: published, given up, swept, or found to be something else")
    func ended() async throws {
        func tagged() async throws -> UploadID {
            let response = try await requests.begin(5, tag: "t1")
            #expect(response.status == .created)
            let upload = try #require(UploadRequests.id(response))
            _ = try await requests.append(upload, Array("hello".utf8), at: 0, isRecipe: false)
            return upload
        }
        _ = try await temporary.outcomes([.put("x", .file("hello"), .upload(tagged()))])
        _ = try await temporary.outcomes([.put("x", .file("other"), .upload(tagged()))])
        let removed = try await tagged()
        _ = try temporary.share.uploads.take(removed)
        try temporary.share.uploads.remove(removed)
        _ = try await tagged()
        try temporary.share.uploads.sweep(at: .now.advanced(by: Uploads.longestRest + .seconds(1)))
        _ = try await tagged()
    }

    @Test("One that is asked for again does not rest")
    func touches() async throws {
        let upload = try await requests.begun(10, tag: "t1")
        for _ in 1..<Uploads.most { _ = try await requests.begun(1) }
        #expect(try await requests.begin(10, tag: "t1").status == .ok)
        _ = try await requests.begun(1)
        #expect(try await requests.offset(of: upload) == 0)
    }

    @Test("A tag that is none begins nothing", arguments: ["", "A", "a-b", String(repeating: "a", count: 65)])
    func noTag(text: String) async throws {
        #expect(try await requests.begin(10, tag: text).status == .badRequest)
        #expect(try temporary.share.catalog.uploads().isEmpty)
    }

    @Test("A catalog of the version before is brought to this one, with the uploads that are under way")
    func migrates() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "catalog.sqlite").path
        let old = try DatabasePool(path: path)
        try CatalogSchema.migrator.migrate(old, upTo: "4 freshness")
        try old.write { try $0.execute(sql: "INSERT INTO upload VALUES ('abc', 10)") }
        try old.close()
        let catalog = try Catalog(path: path, durability: .durable)
        let upload = try #require(UploadID("abc"))
        #expect(try catalog.uploads() == [upload: UploadRecord(length: 10)])
    }
}
