// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

@Suite("The routes") struct RouteTests {
    /// A server with one share, and keys named by what they permit.
    final class TestServer {
        let temporary: TemporaryShare
        let threads: FileThreads
        let application: Application<ServerResponder>

        init(keep: KeepBounds? = nil) throws {
            temporary = try TemporaryShare(keep: keep, inMemory: true)
            threads = try FileThreads(count: 2, name: "test")
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let server = Server(shares: [temporary.share], keys: Self.keys, threads: threads, logger: logger)
            application = Application(responder: ServerResponder(server: server), logger: logger)
        }

        private static var keys: [String: ServerSettings.Key] {
            func key(
                _ secret: String, _ permissions: Set<ServerSettings.Permission>,
                _ shares: ServerSettings.KeyShares = .all
            ) -> ServerSettings.Key {
                ServerSettings.Key(
                    hash: ContentDigest.of(Array(secret.utf8)), shares: shares, permissions: permissions)
            }
            return [
                "all": key("all", [.read, .write, .delete]), "read": key("read", [.read]),
                "write": key("write", [.write]), "delete": key("delete", [.delete]),
                "elsewhere": key("elsewhere", [.read, .write, .delete], .named(["other"])),
            ]
        }

        func run<Value>(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value) async throws
            -> Value
        {
            let secrets = Secrets(of: temporary.directory)
            return try await application.test(.router) { client in
                try await body(WatchedClient(client: client, secrets: secrets))
            }
        }
    }

    static let share = "/v1/shares/src"

    static func headers(_ key: String?, _ more: HTTPFields = [:]) -> HTTPFields {
        var headers = more
        if let key { headers[.authorization] = "Bearer \(key)" }
        return headers
    }

    @Test(
        "Without a valid key nothing is answered but 401",
        arguments: [
            nil, "Bearer", "Bearer wrong", "Basic all", "all", "Bearer  all",
        ] as [String?])
    func unauthenticated(authorization: String?) async throws {
        let server = try TestServer()
        try await server.run { client in
            for target in ["/v1/shares", Self.share, "/nothing", Self.share + "/files/x"] {
                var headers = HTTPFields()
                headers[.authorization] = authorization
                try await client.execute(uri: target, method: .get, headers: headers) { response in
                    #expect(response.status == .unauthorized)
                    #expect(response.headers[.wwwAuthenticate] == "Bearer realm=\"syncbox\"")
                    #expect(response.headers[.contentType] == "application/problem+json")
                }
            }
        }
    }

    @Test("Health needs no key")
    func health() async throws {
        try await TestServer().run { client in
            try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
        }
    }

    @Test("An unknown share and a forbidden one answer the same, to the byte, whatever is asked")
    func forbiddenShare() async throws {
        let server = try TestServer()
        try await server.run { client in
            for (method, target) in [
                (HTTPRequest.Method.get, ""), (.get, "/manifest"), (.post, "/batches"), (.get, "/files/d/x"),
                (.put, "/files/new"), (.delete, "/files/d/x"), (.get, "/directories/d"), (.post, "/uploads"),
                (.post, "/move"), (.get, "/kept"), (.get, "/audit"), (.get, "/nothing"), (.patch, "/files/d/x"),
            ] {
                let body = ByteBuffer(string: "{}")
                let answers = try await [Self.share, "/v1/shares/zzz"].map { share in (share, "elsewhere") }
                    .asyncMap { share, key in
                        try await client.execute(
                            uri: share + target, method: method, headers: Self.headers(key), body: body)
                    }
                #expect(answers[0].status == answers[1].status && answers[0].headers == answers[1].headers, "\(target)")
                #expect(answers[0].body == answers[1].body, "\(target)")
            }
            let forbidden = try await client.execute(uri: Self.share, method: .get, headers: Self.headers("elsewhere"))
            let unknown = try await client.execute(uri: "/v1/shares/none", method: .get, headers: Self.headers("all"))
            #expect(forbidden.status == .notFound)
            #expect(forbidden.status == unknown.status && forbidden.headers == unknown.headers)
            #expect(forbidden.body == unknown.body)
            try await client.execute(uri: "/v1/shares", method: .get, headers: Self.headers("elsewhere")) {
                #expect(String(buffer: $0.body) == "[]")
            }
        }
    }

    /// A request, who makes it, and its answer's status.
    static let statuses: [(method: HTTPRequest.Method, target: String, key: String, status: Int)] = [
        (.get, "", "read", 200), (.get, "", "write", 200), (.head, "", "read", 200), (.delete, "", "all", 405),
        (.get, "/manifest", "read", 200), (.get, "/manifest", "write", 200), (.get, "/manifest", "delete", 403),
        (.post, "/manifest", "all", 405), (.get, "/batches", "all", 405), (.post, "/batches", "read", 403),
        (.post, "/batches", "write", 400), (.get, "/nothing", "all", 404), (.put, "/nothing", "all", 404),
        (.get, "/files/none", "read", 404), (.get, "/files/d", "read", 404), (.get, "/files/d/x", "write", 403),
        (.get, "/files/d/x", "read", 200), (.head, "/files/d/x", "read", 200), (.get, "/files/d/../x", "read", 400),
        (.put, "/files/d", "write", 409), (.put, "/files/new", "read", 403), (.put, "/files/new", "write", 201),
        (.put, "/files/d/x", "write", 403), (.put, "/files/d/x", "all", 204), (.put, "/files/d/x/y", "write", 409),
        (.put, "/files/", "write", 400),
        (.put, "/files/.syncbox/lock", "write", 403), (.put, "/files/far/away/x", "write", 201),
        (.delete, "/files/d/x", "write", 403), (.delete, "/files/d/x", "delete", 204),
        (.delete, "/files/none", "delete", 404), (.delete, "/files/d", "delete", 404),
        (.patch, "/files/d/x", "all", 405),
        (.get, "/directories", "read", 200), (.get, "/directories/d", "read", 200),
        (.get, "/directories/d/x", "read", 404), (.get, "/directories/d", "write", 403),
        (.put, "/directories/d", "write", 204), (.put, "/directories/e/f/g", "write", 201),
        (.put, "/directories/d/x", "write", 409), (.delete, "/directories/d", "delete", 204),
        (.delete, "/directories/d/x", "delete", 404), (.delete, "/directories", "delete", 400),
        (.post, "/uploads", "read", 403), (.post, "/uploads", "write", 400), (.get, "/uploads", "write", 405),
        (.head, "/uploads/none", "write", 404), (.patch, "/uploads/none", "write", 404),
        (.delete, "/uploads/none", "write", 404), (.get, "/uploads/none", "write", 405),
        (.post, "/move", "read", 403), (.post, "/move", "write", 400),
        (.get, "/kept", "read", 200), (.get, "/kept/d", "read", 200), (.get, "/kept", "write", 403),
        (.head, "/kept/.syncbox", "read", 200), (.get, "/kept/..", "read", 400), (.put, "/kept/d", "all", 405),
        (.get, "/kept?after=x", "read", 400), (.get, "/versions", "read", 404), (.get, "/versions/x/d", "read", 404),
        (.get, "/versions/20261124T225842.123456Z-removed/d", "read", 404),
        (.get, "/versions/20261124T225842.123456Z-removed/d", "write", 403),
        (.delete, "/versions/20261124T225842.123456Z-removed/d", "all", 405),
        (.get, "/audit", "read", 404), (.get, "/audit", "delete", 403), (.post, "/audit", "read", 400),
        (.delete, "/audit", "write", 204), (.delete, "/audit", "read", 403), (.put, "/audit", "all", 405),
        (.post, "/freshness", "read", 403), (.post, "/freshness", "write", 400), (.get, "/freshness", "all", 405),
    ]

    @Test("Each request has its status, and each error is a problem in JSON", arguments: statuses.indices)
    func status(_ index: Int) async throws {
        let (method, target, key, status) = Self.statuses[index]
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.mkdir("d"), .put("d/x", "hello")])
        try await server.run { client in
            let uri = Self.share + target
            try await client.execute(uri: uri, method: method, headers: Self.headers(key), body: ByteBuffer()) {
                response in
                #expect(
                    response.status.code == status, "\(method) \(target) by \(key): \(String(buffer: response.body))")
                guard status >= 400 else { return }
                #expect(response.headers[.contentType] == "application/problem+json")
                guard method != .head else { return }
                let problem = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
                let fields = try #require(problem as? [String: Any])
                #expect(fields["status"] as? Int == status)
                #expect(fields["type"] is String && fields["title"] is String)
            }
        }
        #expect(try server.temporary.diskLines() == server.temporary.catalogLines())
    }

    @Test("No answer tells where the destination is", arguments: statuses.indices)
    func tellsNoPath(_ index: Int) async throws {
        let (method, target, _, _) = Self.statuses[index]
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.mkdir("d"), .put("d/x", "hello")])
        for number in 1...12 {
            server.temporary.faults.restart(.onward(number, errno: 13))
            // A file that can't be read to its end is cut off: nothing is told at all.
            try? await server.run { client in
                let uri = Self.share + target
                let body = ByteBuffer(string: "{\"from\":\"d/x\",\"to\":\"y\"}")
                // The client that a `TestServer` gives looks at each answer.
                _ = try await client.execute(uri: uri, method: method, headers: Self.headers("all"), body: body)
            }
        }
        server.temporary.faults.restart()
    }

    @Test("A file that is put is there, with its mode, its time and the directories above it")
    func putAndGet() async throws {
        let server = try TestServer()
        try await server.run { client in
            let metadata: HTTPFields = [.syncboxMode: "0640", .syncboxModified: "1000000000.25"]
            let uri = Self.share + "/files/a/b%FF/x"
            let body = ByteBuffer(string: "hello")
            let put = try await client.execute(
                uri: uri, method: .put, headers: Self.headers("all", metadata), body: body)
            #expect(put.status == .created)
            let tag = try #require(put.headers[.eTag])
            #expect(tag == "\"\(ContentDigest.of(Array("hello".utf8)).hex)\"")
            try await client.execute(uri: uri, method: .get, headers: Self.headers("all")) { response in
                #expect(String(buffer: response.body) == "hello")
                #expect(response.headers[.contentLength] == "5")
                #expect(response.headers[.lastModified] == "Sun, 09 Sep 2001 01:46:40 GMT")
                #expect(response.headers[.eTag] == tag)
            }
            try await client.execute(uri: uri, method: .head, headers: Self.headers("all")) { response in
                #expect(response.body.readableBytes == 0)
                #expect(response.headers[.contentLength] == "5")
            }
            let known = Self.headers("all", [.ifNoneMatch: tag])
            try await client.execute(uri: uri, method: .get, headers: known) { #expect($0.status == .notModified) }
        }
        let line = try server.temporary.diskLines()["a/b\\xFF/x"]
        #expect(line?.hasPrefix("file 640 1000000000.250000000 5 ") ?? false)
        #expect(try server.temporary.diskLines() == server.temporary.catalogLines())
    }

    @Test("A large file is put and fetched whole")
    func largeFile() async throws {
        let server = try TestServer()
        let content = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
        try await server.run { client in
            let uri = Self.share + "/files/large"
            let body = ByteBuffer(bytes: content)
            try await client.execute(uri: uri, method: .put, headers: Self.headers("all"), body: body) {
                #expect($0.status == .created)
            }
            try await client.execute(uri: uri, method: .get, headers: Self.headers("all")) {
                #expect(Array($0.body.readableBytesView) == content)
            }
        }
    }

    @Test("What somebody else wrote into a file is not given the recorded digest")
    func drift() async throws {
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.put("x", "hello")])
        try Data("other".utf8).write(to: server.temporary.destination.appending(path: "x"))
        try await server.run { client in
            try await client.execute(uri: Self.share + "/files/x", method: .get, headers: Self.headers("all")) {
                #expect(String(buffer: $0.body) == "other")
                #expect($0.headers[.eTag] == nil)
            }
        }
    }

    @Test("A move makes the directories above its target, and raises the sequence")
    func move() async throws {
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.mkdir("d"), .put("d/x", "hello")])
        try await server.run { client in
            for (body, status) in [
                ("{\"from\":\"d\",\"to\":\"e/f%20g\"}", 204), ("{\"from\":\"d\",\"to\":\"e\"}", 404),
                ("{\"from\":\"e\",\"to\":\"e/f\"}", 400), ("{\"from\":\"..\",\"to\":\"e\"}", 400), ("{}", 400),
                ("{\"from\":\"e\",\"to\":\".syncbox\"}", 403),
            ] {
                let uri = Self.share + "/move"
                let body = ByteBuffer(string: body)
                try await client.execute(uri: uri, method: .post, headers: Self.headers("all"), body: body) {
                    #expect($0.status.code == status, "\(String(buffer: $0.body))")
                }
            }
        }
        #expect(try server.temporary.catalogLines().keys.sorted() == ["e", "e/f g", "e/f g/x"])
        #expect(server.temporary.share.catalog.summary.state.sequence == 2)
    }

    @Test("A directory is listed in pages, with names that can be asked for")
    func list() async throws {
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.mkdir("d"), .put("d/a b", "1"), .link("d/l", to: "x%")])
        try await server.run { client in
            let uri = Self.share + "/directories/d"
            try await client.execute(uri: uri, method: .get, headers: Self.headers("all")) { response in
                let digest = ContentDigest.of([0x31]).hex
                #expect(
                    String(buffer: response.body) == """
                        {"entries":[{"digest":"\(digest)","kind":"file","mode":"0644",\
                        "modified":"1970-01-01T00:16:40Z","name":"a%20b","size":1},{"kind":"link",\
                        "modified":"1970-01-01T00:50:00Z","name":"l","target":"x%25"}]}
                        """)
            }
            try await client.execute(uri: uri + "?after=a%20b", method: .get, headers: Self.headers("all")) {
                #expect(!String(buffer: $0.body).contains("a%20b"))
            }
        }
    }

    @Test("A second writer is refused and told who writes; requests without a name are not")
    func lease() async throws {
        try await TestServer().run { client in
            func get(_ writer: String?) async throws -> TestResponse {
                var headers = Self.headers("all")
                headers[.syncboxWriter] = writer
                return try await client.execute(uri: Self.share, method: .get, headers: headers)
            }
            #expect(try await get("client-1").status == .ok)
            let refused = try await get("client-2")
            #expect(refused.status.code == 423)
            #expect(refused.headers[.retryAfter] != nil)
            #expect(String(buffer: refused.body).contains("client-1"))
            #expect(try await get("client-1").status == .ok)
            #expect(try await get(nil).status == .ok)
            #expect(try await get(String(repeating: "x", count: 129)).status == .badRequest)
        }
    }

    @Test("An audit is begun once, and looked at")
    func audit() async throws {
        let server = try TestServer()
        try await server.run { client in
            let uri = Endpoints.audit("src")
            func begin(_ body: String, _ key: String = "read") async throws -> TestResponse {
                try await client.execute(
                    uri: uri, method: .post, headers: Self.headers(key), body: ByteBuffer(string: body))
            }
            #expect(try await begin("{\"rate\": 1}").status == .badRequest)
            #expect(try await begin("{\"repair\": true}").status == .forbidden)
            let begun = try await begin("{\"content\": true}")
            #expect(begun.status == .accepted && begun.headers[.location] == uri)
            let again = try await begin("{}")
            #expect(again.status == .conflict)
            let looked = try await client.execute(uri: uri, method: .get, headers: Self.headers("read"))
            let report = try JSONDecoder().decode(AuditReport.self, from: Data(looked.body.readableBytesView))
            #expect(report == AuditReport(AuditRequest(content: true)))
        }
    }

    @Test("A batch is answered with its reply, or with the state that the share is on")
    func batches() async throws {
        let server = try TestServer()
        let state = server.temporary.share.catalog.summary.state
        var encoder = BatchEncoder(base: state)
        encoder.append(.put("x", "hello"))
        let body = encoder.finish()
        try await server.run { client in
            let uri = Endpoints.batches("src")
            let first = try await client.execute(
                uri: uri, method: .post, headers: Self.headers("all"), body: ByteBuffer(bytes: body))
            #expect(first.status == .ok)
            #expect(first.headers[.contentType] == Endpoints.mediaType)
            let reply = try BatchReply(decoding: first.body.readableBytesView)
            #expect(reply == BatchReply(state: state.next, outcomes: [.acknowledged]))
            let second = try await client.execute(
                uri: uri, method: .post, headers: Self.headers("all"), body: ByteBuffer(bytes: body))
            #expect(second.status == .conflict)
            let description = try JSONDecoder().decode(ShareDescription.self, from: Data(second.body.readableBytesView))
            #expect(description.state == state.next)
            #expect(description.entries == 1 && description.bytes == 5)
        }
    }

    @Test("The manifest is the tree, page after page")
    func manifest() async throws {
        let server = try TestServer()
        _ = try await server.temporary.outcomes([.mkdir("d"), .put("d/x", "1"), .put("e", "2")])
        let state = server.temporary.share.catalog.summary.state
        try await server.run { client in
            func page(_ path: RelativePath?) async throws -> ManifestPage {
                let uri = Endpoints.manifest("src", after: path)
                let response = try await client.execute(uri: uri, method: .get, headers: Self.headers("write"))
                return try ManifestPage(decoding: response.body.readableBytesView)
            }
            let pages = [try await page(nil), try await page("d"), try await page("e")]
            #expect(pages.map { $0.items.map(\.path) } == [["d", "d/x", "e"], ["d/x", "e"], []])
            #expect(pages.allSatisfy { $0.isLast && $0.state == state })
        }
    }
}

extension Sequence {
    /// The results of a body that waits, one after another.
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
