// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SyncboxCore
import SyncboxFiles
import Testing

@testable import SyncboxServer

/// What is kept, as it is listed and fetched.
extension RouteTests {
    /// A server that keeps what was removed from it: `d` with `x`, which is "hello".
    private func server() async throws -> TestServer {
        let server = try TestServer(keep: KeepBounds(age: .seconds(3_600)))
        _ = try await server.temporary.outcomes([.mkdir("d", mode: 0), .put("d/x", "hello", mode: 0o640, at: 1000)])
        _ = try await server.temporary.outcomes([.remove("d")])
        return server
    }

    @Test("What is kept is listed with all that is known of it")
    func kept() async throws {
        let server = try await server()
        let version = try #require(try server.temporary.share.kept.trash.versions().first)
        try await server.run { client in
            try await client.execute(uri: Self.share + "/kept/d/x", method: .get, headers: Self.headers("read")) {
                response in
                let time = version.timeText
                #expect(
                    String(buffer: response.body) == """
                        {"entries":[{"kind":"file","mode":"0640","modified":"1000.000000001","path":"d/x",\
                        "reason":"removed","size":5,"time":"\(time)","version":"\(version.name)"}]}
                        """)
            }
            try await client.execute(uri: Self.share + "/kept", method: .get, headers: Self.headers("read")) {
                let page = try JSONDecoder().decode(KeptPage.self, from: Data($0.body.readableBytesView))
                #expect(page.entries.map(\.path) == ["d", "d/x"])
                #expect(page.next == nil)
            }
        }
    }

    /// What is asked for, and what comes.
    static let ranges: [(range: String?, status: Int, body: String, contentRange: String?)] = [
        (nil, 200, "hello", nil), ("bytes=0-1", 206, "he", "bytes 0-1/5"), ("bytes=3-99", 206, "lo", "bytes 3-4/5"),
        ("bytes=4-4", 206, "o", "bytes 4-4/5"), ("bytes=0-\(Int64.max - 1)", 206, "hello", "bytes 0-4/5"),
        ("bytes=2-1", 200, "hello", nil), ("bytes=-2", 200, "hello", nil), ("bytes=1-", 200, "hello", nil),
        ("bytes=0-1,3-4", 200, "hello", nil), ("lines=0-1", 200, "hello", nil),
        ("bytes=0-\(UInt64.max)", 200, "hello", nil),
    ]

    @Test("A kept file is fetched as a whole or in parts", arguments: ranges)
    func content(range: String?, status: Int, body: String, contentRange: String?) async throws {
        let server = try await server()
        let version = try #require(try server.temporary.share.kept.trash.versions().first)
        try await server.run { client in
            var headers = Self.headers("read")
            headers[.range] = range
            let uri = Self.share + "/versions/\(version.name)/d/x"
            try await client.execute(uri: uri, method: .get, headers: headers) { response in
                #expect(response.status.code == status)
                #expect(String(buffer: response.body) == body)
                #expect(response.headers[.contentRange] == contentRange)
                #expect(response.headers[.syncboxMode] == "0640")
                #expect(response.headers[.syncboxModified] == "1000.000000001")
            }
        }
    }

    @Test("A part behind the end of a kept file is none")
    func behindTheEnd() async throws {
        let server = try await server()
        let version = try #require(try server.temporary.share.kept.trash.versions().first)
        try await server.run { client in
            var headers = Self.headers("read")
            headers[.range] = "bytes=5-9"
            let uri = Self.share + "/versions/\(version.name)/d/x"
            try await client.execute(uri: uri, method: .get, headers: headers) { response in
                #expect(response.status == .rangeNotSatisfiable)
                #expect(response.headers[.contentRange] == "bytes */5")
            }
        }
    }

    @Test("No path leads into the trash but by its version", arguments: ["/files/", "/directories/", "/kept/"])
    func confined(kind: String) async throws {
        let server = try await server()
        let version = try #require(try server.temporary.share.kept.trash.versions().first)
        try await server.run { client in
            let uri = Self.share + kind + ".syncbox/trash/\(version.name)/d/x"
            try await client.execute(uri: uri, method: .get, headers: Self.headers("all")) { response in
                #expect(!String(buffer: response.body).contains("hello"))
                #expect(!String(buffer: response.body).contains("d/x\""))
            }
            for path in ["d", ".syncbox/lock", "%2E%2E/d/x", "../\(version.name)/d/x"] {
                let uri = Self.share + "/versions/\(version.name)/\(path)"
                try await client.execute(uri: uri, method: .get, headers: Self.headers("all")) { response in
                    #expect(response.status == .notFound || response.status == .badRequest)
                }
            }
        }
    }
}
