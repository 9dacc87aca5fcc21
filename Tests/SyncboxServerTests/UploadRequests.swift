// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// What clients ask of a share's uploads, answered as the responder does it.
struct UploadRequests {
    let share: Share
    var caller = TemporaryShare.caller()
    var writer: String? = "client-1"

    private static let threads = Result { try FileThreads(count: 1, name: "test") }

    private func answer(
        _ headers: HTTPFields, _ body: RequestBody, _ respond: (Routes, Request) async throws -> Response
    ) async throws -> Response {
        var headers = headers
        headers[.syncboxWriter] = writer
        let head = HTTPRequest(method: .patch, scheme: nil, authority: nil, path: "/", headerFields: headers)
        let request = Request(head: head, body: body)
        let routes = Routes(share: share, caller: caller, lane: try Self.threads.get().lane(), audits: Audits())
        do { return try await respond(routes, request) } catch { return try Response(error, to: request) }
    }

    /// `POST`.
    func begin(_ length: Int, tag: String? = nil) async throws -> Response {
        var headers: HTTPFields = [.uploadLength: String(length)]
        headers[.uploadTag] = tag
        return try await answer(headers, RequestBody(buffer: ByteBuffer())) { try $0.beginUpload($1) }
    }

    /// `POST`, and the name of what was begun.
    func begun(_ length: Int, tag: String? = nil) async throws -> UploadID {
        try #require(Self.id(try await begin(length, tag: tag)))
    }

    /// The upload that an answer names.
    static func id(_ response: Response) -> UploadID? {
        response.headers[.location]?.split(separator: "/").last.flatMap { UploadID(String($0)) }
    }

    /// `PATCH` with a body as it is, or with a recipe.
    func append(
        _ upload: UploadID, _ body: RequestBody, at offset: Int, isRecipe: Bool = true
    ) async throws -> Response {
        var headers: HTTPFields = [.uploadOffset: String(offset)]
        if isRecipe { headers[.contentType] = Endpoints.recipeMediaType }
        return try await answer(headers, body) { try await $0.appendToUpload(upload, $1) }
    }

    func append(_ upload: UploadID, _ body: [UInt8], at offset: Int, isRecipe: Bool = true) async throws -> Response {
        try await append(upload, RequestBody(buffer: ByteBuffer(bytes: body)), at: offset, isRecipe: isRecipe)
    }

    /// How much has arrived, as `HEAD` tells it.
    func offset(of upload: UploadID) async throws -> Int {
        let response = try await answer([:], RequestBody(buffer: ByteBuffer())) { routes, _ in
            try routes.lookAtUpload(upload)
        }
        return try #require(response.headers[.uploadOffset].flatMap { Int($0) })
    }
}

/// A body whose connection is cut behind these bytes.
func cutBody(_ bytes: some Collection<UInt8>) -> RequestBody {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
    continuation.yield(ByteBuffer(bytes: Array(bytes)))
    continuation.finish(throwing: IOError(errnoCode: 104, reason: "cut"))
    return RequestBody(asyncSequence: stream)
}

/// A recipe for one test, and what it builds.
struct TestRecipe {
    enum Step {
        case text(String)
        case copy(Int, Int)
        case hole(Int)
    }

    /// The base's content.
    let base: String
    let steps: [Step]
    var path: RelativePath = "base"
    var hasBase = true

    /// What the steps build, one part each.
    private var parts: [[UInt8]] {
        steps.map { step in
            switch step {
            case .text(let text): Array(text.utf8)
            case .copy(let from, let length): Array(Array(base.utf8)[from..<from + length])
            case .hole(let length): [UInt8](repeating: 0, count: length)
            }
        }
    }

    /// What the recipe builds.
    var content: [UInt8] { Array(parts.joined()) }
    /// The same as text.
    var text: String { String(decoding: content, as: UTF8.self) }

    /// The request's body that goes on at `offset`.
    func body(from offset: Int = 0) -> [UInt8] {
        let digest = ContentDigest.of(Array(base.utf8))
        var body = RecipeEncoder.header(base: hasBase ? RecipeBase(path: path, digest: digest) : nil)
        var skipped = offset
        for (step, part) in zip(steps, parts) {
            let skip = min(skipped, part.count)
            skipped -= skip
            guard skip < part.count else { continue }
            let length = UInt64(part.count - skip)
            switch step {
            case .text: body += RecipeEncoder.step(.literal(length: length)) + part[skip...]
            case .copy(let from, _): body += RecipeEncoder.step(.copy(from: UInt64(from + skip), length: length))
            case .hole: body += RecipeEncoder.step(.hole(length: length))
            }
        }
        return body
    }
}
