// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@testable import SyncboxServer

@Suite("Uploads that are built by recipes") struct RecipeUploadTests {
    private let temporary: TemporaryShare

    init() throws {
        temporary = try TemporaryShare(inMemory: true)
    }

    private var requests: UploadRequests { UploadRequests(share: temporary.share) }
    private static let base = String((0..<20_000).map { Character(Unicode.Scalar(UInt8(65 + $0 * 7 % 57))) })

    /// Every kind of step next to every other one, and copies in line with their blocks and not.
    private static let recipe = TestRecipe(
        base: base,
        steps: [
            .copy(0, 4096), .text("hello"), .copy(4101, 9000), .hole(5000), .text("x"), .text("yz"), .copy(1, 1),
            .hole(1),
            .copy(19_990, 10), .copy(0, 20_000), .hole(10),
        ])

    private func putBase(_ path: RelativePath = "base") async throws {
        #expect(try await temporary.outcomes([.put(path, Self.base)]) == [.acknowledged])
    }

    private func begin(_ recipe: TestRecipe) async throws -> UploadID {
        try await requests.begun(recipe.content.count)
    }

    /// Publishes what was built, which the server verifies, and compares it with what the disk has.
    private func publish(_ recipe: TestRecipe, _ upload: UploadID, _ comment: Comment? = nil) async throws {
        let put = Change.put("x", .file(recipe.text), .upload(upload))
        #expect(try await temporary.outcomes([put]) == [.acknowledged], comment)
        let there = FileManager.default.contents(atPath: temporary.destination.appending(path: "x").path)
        #expect(there.map(Array.init) == recipe.content, comment)
    }

    @Test("What the destination has is copied, what it lacks is sent, and that recipes are taken is said")
    func builds() async throws {
        try await putBase()
        let begun = try await requests.begin(Self.recipe.content.count)
        #expect(begun.headers[.uploadDelta] == "yes")
        let upload = try #require(UploadRequests.id(begun))
        let response = try await requests.append(upload, Self.recipe.body(), at: 0)
        #expect(response.status == .noContent)
        #expect(response.headers[.uploadOffset] == String(Self.recipe.content.count))
        // What was built has been digested: nothing is left to be read.
        temporary.faults.restart()
        try await publish(Self.recipe, upload)
        #expect(!temporary.faults.operations.contains("read"))
        #expect(try temporary.diskLines() == temporary.catalogLines())
    }

    @Test("A recipe and a body as it is take turns")
    func mixed() async throws {
        try await putBase()
        let all = TestRecipe(base: Self.base, steps: [.text("ab"), .copy(3, 5000), .text("cd"), .copy(0, 7)])
        let upload = try await begin(all)
        _ = try await requests.append(upload, Array("ab".utf8), at: 0, isRecipe: false)
        let part = TestRecipe(base: Self.base, steps: [.copy(3, 5000)])
        #expect(try await requests.append(upload, part.body(), at: 2).status == .noContent)
        _ = try await requests.append(upload, Array("cd".utf8), at: 5002, isRecipe: false)
        #expect(try await requests.append(upload, all.body(from: 5004), at: 5004).status == .noContent)
        try await publish(all, upload)
    }

    @Test("Without a base there are literals and holes, and a recipe of nothing changes nothing")
    func noBase() async throws {
        var recipe = TestRecipe(base: "", steps: [.text("hello"), .hole(9000), .text("world")])
        recipe.hasBase = false
        let upload = try await begin(recipe)
        #expect(try await requests.append(upload, RecipeEncoder.header(base: nil), at: 0).status == .noContent)
        #expect(try await requests.append(upload, recipe.body(), at: 0).status == .noContent)
        try await publish(recipe, upload)
    }

    @Test("A recipe begins where the upload ends, and nowhere else", arguments: [0, 4, 6, 30_000])
    func wrongOffset(offset: Int) async throws {
        try await putBase()
        let upload = try await begin(Self.recipe)
        _ = try await requests.append(upload, Array("hello".utf8), at: 0, isRecipe: false)
        let response = try await requests.append(upload, Self.recipe.body(), at: offset)
        #expect(response.status == .conflict)
        #expect(response.headers[.uploadOffset] == "5")
    }

    @Test(
        "A base that is not the version that the recipe names is refused, and nothing is copied",
        arguments: WrongBase.all)
    func wrongBase(_ example: WrongBase) async throws {
        #expect(try await temporary.outcomes([.mkdir("d"), .put("d/base", Self.base)]).count == 2)
        let upload = try await begin(Self.recipe)
        _ = try await requests.append(upload, Array("hello".utf8), at: 0, isRecipe: false)
        var recipe = TestRecipe(base: Self.base, steps: [.text("abc"), .copy(0, 100)], path: "d/base")
        try await example.prepare(temporary, &recipe)
        let response = try await requests.append(upload, recipe.body(), at: 5)
        #expect(response.status == .preconditionFailed)
        #expect(response.headers[.contentType] == "application/problem+json")
        let text = try await Self.text(of: response)
        #expect(text.contains("the base is not that version"))
        #expect(!text.contains(temporary.directory.lastPathComponent))
        #expect(try await requests.offset(of: upload) == 5)
    }

    private static func text(of response: Response) async throws -> String {
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return String(buffer: writer.collected.withLock { $0 })
    }

    @Test("A base that changes while it is copied is noticed, and nothing that the recipe built stays")
    func changesMeanwhile() async throws {
        let steps = TestRecipe(base: Self.base, steps: [.copy(10, 9000), .text("hello"), .copy(0, 20_000)])
        var call = 1
        var refused = 0
        while true {
            try await putBase()
            let all = TestRecipe(base: Self.base, steps: [.text("before")] + steps.steps)
            let upload = try await begin(all)
            _ = try await requests.append(upload, Array("before".utf8), at: 0, isRecipe: false)
            let place = temporary.destination.appending(path: "base").path
            temporary.faults.restart(.meanwhile(call) { Self.overwrite(place) })
            let response = try await requests.append(upload, steps.body(), at: 6)
            let isOver = temporary.faults.operations.count < call
            temporary.faults.restart()
            if response.status == .preconditionFailed {
                refused += 1
                #expect(try await requests.offset(of: upload) == 6, "before call \(call)")
                _ = try await requests.append(upload, Array(steps.text.utf8), at: 6, isRecipe: false)
            } else {
                #expect(response.status == .noContent, "before call \(call)")
            }
            try await publish(all, upload, "before call \(call)")
            if isOver { break }
            call += 1
        }
        #expect(refused > 10)
    }

    /// Writes to the middle of a file, until its change time tells.
    private static func overwrite(_ place: String) {
        let file = Descriptor(owning: linux_open(place, O_WRONLY))
        func changed() -> Int64 {
            var status = linux_status()
            _ = linux_statx(file.number, "", AT_EMPTY_PATH, UInt32(STATX_BASIC_STATS), &status)
            return Int64(status.stx_ctime.tv_nsec)
        }
        let before = changed()
        while changed() == before { pwrite(file.number, "changed", 7, 5000) }
    }

    @Test("After any call that fails the upload goes on where it ends", arguments: [(ENOSPC, 507), (EIO, 500)])
    func fails(_ number: Int32, _ status: Int) async throws {
        try await putBase()
        let recipe = TestRecipe(base: Self.base, steps: [.copy(0, 4096), .text("hello"), .hole(5000), .copy(1, 9000)])
        var call = 1
        while true {
            let upload = try await begin(recipe)
            temporary.faults.restart(.once(call, errno: number))
            let response = try await requests.append(upload, recipe.body(), at: 0)
            let isOver = temporary.faults.operations.count < call
            temporary.faults.restart()
            #expect(response.status.code == (isOver ? 204 : status), "call \(call)")
            let offset = try await requests.offset(of: upload)
            if offset < recipe.content.count {
                let rest = try await requests.append(upload, recipe.body(from: offset), at: offset)
                #expect(rest.status == .noContent, "call \(call)")
            }
            try await publish(recipe, upload, "call \(call)")
            if isOver { break }
            call += 1
        }
        #expect(call > 20)
    }

    @Test("A base that its owner may not read is opened up for a moment, in turn with the commits")
    func unreadable() async throws {
        try await putBase()
        let upload = try await begin(Self.recipe)
        temporary.faults.restart()
        _ = try await requests.append(upload, TestRecipe(base: Self.base, steps: []).body(), at: 0)
        let open = try #require(temporary.faults.operations.firstIndex(of: "open"))
        temporary.faults.restart(.once(open + 1, errno: EACCES))
        #expect(try await requests.append(upload, Self.recipe.body(), at: 0).status == .noContent)
        try await publish(Self.recipe, upload)
    }

    @Test("A request that is cancelled ends after the portion that it is at, and what was copied stays")
    func cancelled() async throws {
        let content = [UInt8](repeating: 0x61, count: 3 * Int(StagedUpload.copyPortion))
        let digest = ContentDigest.of(content)
        let entry = Entry.file(
            size: UInt64(content.count), digest: digest, mode: 0o644, modified: Timestamp(seconds: 1))
        let first = try await requests.begun(content.count)
        _ = try await requests.append(first, content, at: 0, isRecipe: false)
        #expect(try await temporary.outcomes([.put("base", entry, .upload(first))]) == [.acknowledged])

        let recipe =
            RecipeEncoder.header(base: RecipeBase(path: "base", digest: digest))
            + RecipeEncoder.step(.copy(from: 0, length: UInt64(content.count)))
        let upload = try await requests.begun(content.count)
        let cancelled = Task { [requests] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await requests.append(upload, recipe, at: 0)
        }
        #expect(try await cancelled.value.status == .internalServerError)
        #expect(try await requests.offset(of: upload) == Int(StagedUpload.copyPortion))
    }

    @Test("Wherever the connection is cut, what arrived stays, and another recipe goes on", arguments: [false, true])
    func cut(restarts: Bool) async throws {
        try await putBase()
        let body = Self.recipe.body()
        for length in stride(from: 0, through: body.count, by: restarts ? 11 : 1) {
            let upload = try await begin(Self.recipe)
            let cut = try await requests.append(upload, cutBody(body[..<length]), at: 0)
            #expect(cut.status == .internalServerError)
            if restarts { try temporary.restart() }
            let offset = try await requests.offset(of: upload)
            if offset < Self.recipe.content.count {
                let rest = try await requests.append(upload, Self.recipe.body(from: offset), at: offset)
                #expect(rest.status == .noContent, "cut at \(length)")
            }
            try await publish(Self.recipe, upload, "cut at \(length)")
        }
    }

    @Test("In whatever pieces a recipe arrives, it builds the same", arguments: [1, 7, 64])
    func pieces(size: Int) async throws {
        try await putBase()
        let body = Self.recipe.body()
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        for start in stride(from: 0, to: body.count, by: size) {
            continuation.yield(ByteBuffer(bytes: Array(body[start..<min(start + size, body.count)])))
        }
        continuation.finish()
        let upload = try await begin(Self.recipe)
        let response = try await requests.append(upload, RequestBody(asyncSequence: stream), at: 0)
        #expect(response.status == .noContent)
        try await publish(Self.recipe, upload)
    }

    /// Steps that can't be done in an upload of 100 bytes, and what is answered.
    @Test(
        "No step builds more than was announced, reaches behind its base, or ends early",
        arguments: [
            ([.hole(length: 101)], 413), ([.hole(length: 100), .hole(length: 1)], 413),
            ([.copy(from: 0, length: 101)], 413), ([.hole(length: UInt64(Int64.max))], 413),
            ([.copy(from: 19_999, length: 2)], 400), ([.copy(from: 20_000, length: 1)], 400),
            ([.copy(from: UInt64(Int64.max) - 1, length: 1)], 400), ([.copy(from: .max, length: 100)], 400),
            ([.hole(length: .max)], 400), ([.literal(length: 5)], 400),
        ] as [([RecipeStep], Int)])
    func limits(_ steps: [RecipeStep], _ status: Int) async throws {
        try await putBase()
        let upload = try await requests.begun(100)
        let header = TestRecipe(base: Self.base, steps: []).body()
        let response = try await requests.append(upload, header + steps.flatMap(RecipeEncoder.step), at: 0)
        #expect(response.status.code == status)
        // It is not in the way of anything.
        let offset = try await requests.offset(of: upload)
        #expect(offset <= 100)
        let rest = [UInt8](repeating: 0, count: 100 - offset)
        #expect(try await requests.append(upload, rest, at: offset, isRecipe: false).status == .noContent)
    }

    @Test("A literal that is longer than was announced is refused, and so is what is no recipe")
    func tooLong() async throws {
        let upload = try await requests.begun(3)
        let long = RecipeEncoder.header(base: nil) + RecipeEncoder.step(.literal(length: 4)) + [1, 2, 3, 4]
        #expect(try await requests.append(upload, long, at: 0).status == .contentTooLarge)
        #expect(try await requests.append(upload, [1, 2, 3, 4, 5, 6, 7, 8], at: 0).status == .badRequest)
        #expect(try await requests.append(upload, [], at: 0).status == .badRequest)
    }

    @Test("To build an upload takes the permission to write")
    func permission() async throws {
        try await putBase()
        let upload = try await begin(Self.recipe)
        var others = requests
        others.caller = TemporaryShare.caller([.read, .delete])
        #expect(try await others.append(upload, Self.recipe.body(), at: 0).status == .forbidden)
    }

    @Test(
        "A file is built of its own version before, also where its mode forbids to read it", arguments: [0o644, 0o200])
    func ownVersion(mode: UInt16) async throws {
        let recipe = TestRecipe(
            base: Self.base, steps: [.copy(0, 10_000), .text("!"), .copy(10_000, 10_000)], path: "x")
        #expect(try await temporary.outcomes([.put("x", Self.base, mode: mode)]) == [.acknowledged])
        let upload = try await begin(recipe)
        #expect(try await requests.append(upload, recipe.body(), at: 0).status == .noContent)
        try await publish(recipe, upload)
        #expect(try temporary.diskLines() == temporary.catalogLines())
    }
}

/// A way in which a base is not what a recipe says.
struct WrongBase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Makes it so, after `d/base` has been put.
    let prepare: @Sendable (TemporaryShare, inout TestRecipe) async throws -> Void

    private init(_ name: String, _ prepare: @escaping @Sendable (TemporaryShare, inout TestRecipe) async throws -> Void)
    {
        testDescription = name
        self.prepare = prepare
    }

    /// Does something to the destination with a shell, behind the server's back.
    private static func behind(_ name: String, _ script: String) -> WrongBase {
        WrongBase(name) { temporary, _ in
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/sh")
            shell.currentDirectoryURL = temporary.destination
            shell.arguments = ["-ec", script]
            try shell.run()
            shell.waitUntilExit()
            try #require(shell.terminationStatus == 0)
        }
    }

    private static func at(_ path: RelativePath) -> WrongBase {
        WrongBase("at \(path)") { $1.path = path }
    }

    static let all: [WrongBase] = [
        WrongBase("another digest") { temporary, recipe in
            recipe = TestRecipe(base: recipe.base + "x", steps: recipe.steps, path: recipe.path)
        },
        WrongBase("another version since") { temporary, _ in
            _ = try await temporary.outcomes([.put("d/base", "other")])
        },
        WrongBase("removed") { temporary, _ in
            _ = try await temporary.outcomes([.remove("d/base")])
        },
        at("nothing"), at("d"), at("d/base/x"), at(".syncbox"), at(".syncbox/lock"), at(".syncbox/staging/mark"),
        behind("gone behind the catalog", "rm d/base"),
        behind("longer behind the catalog", "echo more >> d/base"),
        behind(
            "written to, with its size and time",
            "touch -r d/base t; printf x | dd of=d/base conv=notrunc; touch -r t d/base"),
        behind("touched", "touch d/base"),
        behind("replaced by a copy with its time", "cp -p d/base x; mv x d/base"),
        behind("replaced by a symbolic link", "mv d/base x; ln -s ../x d/base"),
        behind("replaced by a directory", "rm d/base; mkdir d/base"),
        behind("replaced by a pipe", "rm d/base; mkfifo d/base"),
        behind("below a symbolic link", "mv d e; ln -s e d"),
    ]
}

/// Collects an answer's body.
private final class CollectingWriter: ResponseBodyWriter {
    let collected = Mutex(ByteBuffer())

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
