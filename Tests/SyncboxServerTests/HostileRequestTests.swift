// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncboxCore
import Testing

@testable import SyncboxServer

/// What a hostile client asks of a real server: whatever it is, nothing outside of the share is read, changed or told.
/// That nothing is told each answer of a `LiveServer` is checked for.
@Suite("Hostile requests", .serialized) struct HostileRequestTests {
    /// What may become of a request.
    enum Fate: Sendable {
        /// It is answered with 400 to 499.
        case refused
        /// The name is an unusual one, and is as good as any other.
        case aName
    }

    /// What stands in a target, exactly as it is sent.
    static let forms: [(form: String, fate: Fate)] = [
        ("..", .refused), ("../outside/secret", .refused), ("d/../../outside/secret", .refused), ("d/..", .refused),
        ("../../../../../../../../etc/passwd", .refused), (".", .refused), ("./d/x", .refused), ("d/./x", .refused),
        ("%2e%2e/outside/secret", .refused), ("%2E%2e%2Foutside%2fsecret", .refused), ("..%2foutside", .refused),
        ("%2e", .refused), (".%2e", .refused), ("d%2f..%2f..%2foutside%2fsecret", .refused),
        ("/etc/passwd", .refused), ("%2fetc%2fpasswd", .refused), ("//etc/passwd", .refused), ("d//x", .refused),
        ("d/", .refused), ("d%2f", .refused), ("%00", .refused), ("x%00", .refused), ("d/x%00.txt", .refused),
        ("..%00/outside", .refused), ("%", .refused), ("%4", .refused), ("%zz", .refused), ("%u002e", .refused),
        ("%%32%65", .refused), ("%-1", .refused), ("%+1", .refused), ("% 41", .refused),
        // Overlong UTF-8, which a careless decoder takes for dots and slashes; a decoded dot that is decoded again; what
        // other systems separate names by; line ends.
        ("%c0%ae%c0%ae", .aName), ("%c0%ae%c0%ae%c0%afoutside", .aName), ("%252e%252e", .aName),
        ("..%5c..%5csecret", .aName),
        ("...", .aName), ("..;", .aName), ("~root", .aName), ("a%0ab", .aName), ("a%0d%0aX-Y:%20z", .aName),
        ("%ef%bc%8e%ef%bc%8e", .aName), ("..%20", .aName), ("-rf", .aName), ("%ff%fe", .aName),
        // Symbolic links of the destination: what is put there, or below, takes their place.
        ("out", .aName), ("out/secret", .aName), ("out/new", .aName), ("out/d/x", .aName),
        ("out-file", .aName),
        ("d/loop/loop/x", .aName), ("up/outside/secret", .aName),
        // The staging directory, however it is written.
        (".syncbox", .refused), (".syncbox/lock", .refused), ("%2esyncbox/lock", .refused), (".syncbox%2fx", .refused),
        (".syncbox/staging/x", .refused), (".syncbox/trash/x", .refused), (".SYNCBOX", .aName), ("d/.syncbox", .aName),
        (String(repeating: "n", count: 256), .refused), (String(repeating: "%41", count: 256), .refused),
        (String(repeating: "d/", count: 2100) + "x", .refused),
    ]

    /// What is done with each.
    static let requests: [(method: String, before: String, body: String)] = [
        ("GET", "/files/", ""), ("HEAD", "/files/", ""), ("PUT", "/files/", "hostile"),
        ("DELETE", "/files/", ""), ("GET", "/directories/", ""), ("PUT", "/directories/", ""),
        ("DELETE", "/directories/", ""), ("GET", "/kept/", ""), ("GET", "/kept?after=", ""),
        ("GET", "/versions/20261124T225842.123456Z-removed/", ""), ("GET", "/manifest?after=", ""),
        ("POST", "/move", "{\"from\":\"?\",\"to\":\"moved\"}"), ("POST", "/move", "{\"from\":\"d/x\",\"to\":\"?\"}"),
    ]

    @Test("Whatever a target says, nothing outside of the share is told or changed")
    func targets() async throws {
        try await LiveServer.with { temporary, live in
            try live.makeOutside()
            _ = try await temporary.outcomes([.mkdir("d"), .put("d/x", "hello")])
            let before = try live.outsideLines()
            for (form, fate) in Self.forms {
                try live.script(
                    """
                    cd destination; rm -rf out out-file up d/loop; mkdir -p d
                    ln -s ../outside out; ln -s ../outside/secret out-file; ln -s .. up; ln -s . d/loop
                    """)
                for (method, start, body) in Self.requests {
                    let target = start.hasPrefix("/move") ? start : start + form
                    let body = body.replacing("?", with: form)
                    let answer = try live.exchange(
                        LiveServer.request(method, Array(target.utf8), body: Array(body.utf8)))
                    let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
                    // A listing that begins behind a name only compares with it.
                    let isRefused = (400..<500).contains(status) || start.contains("?after") && status == 200
                    let wanted =
                        fate == .aName
                        ? (200..<500).contains(status) : isRefused || Self.isHarmless(method, start, status)
                    #expect(wanted, "\(method) \(target) \(body): \(status)")
                }
                _ = try await temporary.outcomes([.put("d/x", "hello")])
            }
            #expect(try live.outsideLines() == before)
            #expect(try live.script("cat destination/d/x; ls -A destination/.syncbox").hasPrefix("hello"))
        }
    }

    /// What is answered to a path that may be asked about, and where nothing is: that it was never kept, or is removed.
    private static func isHarmless(_ method: String, _ start: String, _ status: Int) -> Bool {
        method == "GET" && start.hasPrefix("/kept") && status == 200
    }

    /// Bytes that no client sends, and statuses they may be answered with. Nothing at all is an answer, too.
    static let garbage: [(String, [UInt8])] = [
        ("a NUL in the target", LiveServer.request("GET", Array("/files/a\0b".utf8))),
        ("a line end in the target", LiveServer.request("GET", Array("/files/a\nb".utf8))),
        ("a carriage return in the target", LiveServer.request("GET", Array("/files/a\r\nX: y".utf8))),
        ("a space in the target", LiveServer.request("GET", Array("/files/a b".utf8))),
        ("bytes that are no ASCII", LiveServer.request("GET", Array("/files/".utf8) + [0xFF, 0xFE])),
        ("another host's target", Array("GET http://127.0.0.1/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
        ("no slash", Array("GET ../../etc/passwd HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n\r\n".utf8)),
        ("a star", Array("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
        ("a tunnel", Array("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
        (
            "two lengths",
            Array("POST /v1/shares/src/batches HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".utf8)
        ),
        ("a negative length", Array("PUT /v1/shares/src/files/n HTTP/1.1\r\nContent-Length: -1\r\n\r\n".utf8)),
        (
            "a length and chunks",
            Array(
                "PUT /v1/shares/src/files/n HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    .utf8)
        ),
        (
            "an absurd chunk",
            Array(
                "PUT /v1/shares/src/files/n HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"
                    .utf8)
        ),
        (
            "TLS",
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03] + [UInt8](repeating: 7, count: 200)
        ),
        ("HTTP/2", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)), ("nothing", []),
        ("zeros", [UInt8](repeating: 0, count: 5000)),
    ]

    @Test("What is no request is refused, and the server goes on")
    func bytes() async throws {
        try await LiveServer.with { temporary, live in
            try live.makeOutside()
            let before = try live.outsideLines()
            for (name, bytes) in Self.garbage {
                let answer = try live.exchange(bytes)
                let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                #expect(status.map { (400..<500).contains($0) } ?? true, "\(name): \(answer.prefix(200))")
                #expect(try live.status("") == 200)
            }
            #expect(try live.outsideLines() == before)
            #expect(try temporary.diskLines().isEmpty)
        }
    }

    @Test("A body that is cut is no file, whichever way its length is told and it is cut")
    func cut() async throws {
        try await LiveServer.with { temporary, live in
            for length in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
                let isChunked = length.hasPrefix("T")
                let start =
                    "PUT /v1/shares/src/files/cut HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n\(length)\r\n\r\n"
                    + (isChunked ? "5\r\nhello\r\n" : "hello")
                // The sender says that no more follows, or is gone.
                _ = try live.exchange(Array(start.utf8))
                do { try RawConnection(to: live.socket).send(start) }
                let deadline = ContinuousClock.now + .seconds(30)
                while try live.script("ls -A destination/.syncbox/staging 2>/dev/null | wc -l") != "0\n" {
                    try #require(ContinuousClock.now < deadline, "what was staged stays")
                }
                #expect(try live.status("/files/cut") == 404)
            }
            #expect(try temporary.diskLines().isEmpty)
        }
    }
}
