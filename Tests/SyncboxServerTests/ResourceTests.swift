// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@testable import SyncboxServer

@Suite("What a target names") struct ResourceTests {
    @Test(
        "A target that names something",
        arguments: [
            ("/healthz", Resource.health), ("/v1/shares", .shares), ("/v1/shares/src", .share("src")),
            ("/v1/shares/src/batches", .batches("src")), ("/v1/shares/src/manifest", .manifest("src", after: nil)),
            ("/v1/shares/src/manifest?after=a/b%20c", .manifest("src", after: "a/b c")),
            ("/v1/shares/src/manifest?x=y&after=a", .manifest("src", after: "a")),
            ("/v1/shares/src/manifest?after=", .manifest("src", after: .root)),
            ("/v1/shares/src/uploads", .uploads("src")), ("/v1/shares/src/move", .move("src")),
            ("/v1/shares/src/audit", .audit("src")), ("/v1/shares/src/freshness", .freshness("src")),
            ("/v1/shares/src/files/a/b/c", .file("src", "a/b/c")), ("/v1/shares/src/files/a%2Fb", .file("src", "a/b")),
            ("/v1/shares/src/files/a%3Fb%25", .file("src", "a?b%")), ("/v1/shares/src/files/a+b", .file("src", "a+b")),
            ("/v1/shares/src/directories", .directory("src", .root, after: [])),
            ("/v1/shares/src/directories/", .directory("src", .root, after: [])),
            ("/v1/shares/src/directories/a/b?after=%FF", .directory("src", "a/b", after: [0xFF])),
            ("/v1/shares/src/kept", .kept("src", .root, after: nil)),
            ("/v1/shares/src/kept/a/b?after=x/%FF", .kept("src", "a/b", after: [0x78, 0x2F, 0xFF])),
            (
                "/v1/shares/src/versions/19700101T000000.000000Z-removed/a%20b/c",
                .version("src", KeptVersion(Timestamp(seconds: 0), .removed), "a b/c")
            ),
        ])
    func something(target: String, expected: Resource) throws {
        #expect(try Resource(target: target) == expected)
    }

    @Test("A name that is no text is a name like any other")
    func rawBytes() throws {
        let path = try RelativePath([0x61, 0x2F, 0xFF, 0xFE, 0x0A])
        #expect(try Resource(target: "/v1/shares/src/files/a/%FF%fe%0a") == .file("src", path))
    }

    @Test(
        "A target that names nothing",
        arguments: [
            "", "/", "/v1", "/v2/shares", "/v1/shares/src/nothing", "/v1/shares/src/batches/x", "/v1/shares/src/files",
            "/v1/shares/src/versions/../a", "/v1/shares/src/versions/19700101T000000.000000Z-removed",
            "/v1/shares/src/uploads/..", "/v1/shares/src/uploads/", "/healthz/", "v1/shares", "//v1/shares",
            "http://127.0.0.1/v1/shares", "*",
        ])
    func nothing(target: String) throws {
        #expect(try Resource(target: target) == nil)
    }

    @Test(
        "A target that can name nothing",
        arguments: [
            ("/v1/shares/src/files/a/../b", TargetError.path(.dots)), ("/v1/shares/src/files/%2e%2e/b", .path(.dots)),
            ("/v1/shares/src/files/..%2Fb", .path(.dots)), ("/v1/shares/src/files//etc/passwd", .path(.emptyName)),
            ("/v1/shares/src/files/%2Fetc/passwd", .path(.emptyName)), ("/v1/shares/src/files/a/", .path(.emptyName)),
            ("/v1/shares/src/files/a%00b", .path(.nul)), ("/v1/shares/src/files/a%2", .encoding),
            ("/v1/shares/src/files/a%zz", .encoding), ("/v1/shares/src/manifest?after=..", .path(.dots)),
            ("/v1/shares/src/manifest?after=%", .encoding), ("/v1/shares/src/directories/./a", .path(.dots)),
        ])
    func impossible(target: String, expected: TargetError) {
        #expect(throws: expected) { try Resource(target: target) }
    }
}
