// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@testable import SyncboxServer

/// A destination in which somebody else makes links, pipes, sockets and devices, before a request and while it is served:
/// nothing outside of the share is changed or told, and nothing hangs.
@Suite("Hostile destinations", .serialized) struct HostileDestinationTests {
    /// What takes the place of `d/x`, which the catalog takes for a file.
    static let strangers: [(name: String, script: String)] = [
        ("a link to a file outside", "ln -s ../../outside/secret d/x"),
        ("a link to a directory", "ln -s ../../outside d/x"),
        ("a link to itself", "ln -s x d/x"), ("a link to a process's file", "ln -s /proc/self/root/etc/passwd d/x"),
        // That it has one name less is no secret, and no change of what it says.
        ("another name of a file outside", "ln ../outside/linked d/x"), ("a pipe", "mkfifo d/x"),
        ("a socket", "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"d/x\")) or die'"),
        ("a device", "mknod d/x c 1 5 2>/dev/null || mkfifo d/x"), ("a directory", "mkdir d/x; echo 1 > d/x/y"),
        ("a link in the directory's place", "rmdir d; ln -s ../outside d"),
    ]

    /// What is asked then: each by itself, with a new destination.
    static let requests: [(target: String, arguments: [String])] = [
        ("/files/d/x", []), ("/files/d/x", ["-I"]), ("/files/d/x", ["-X", "DELETE"]),
        ("/files/d/x", ["-T", "/etc/hostname"]),
        ("/directories/d", []), ("/directories/d/x", ["-X", "PUT"]), ("/kept/d/x", []),
        ("/move", ["-d", #"{"from":"d/x","to":"moved"}"#]), ("/move", ["-d", #"{"from":"e","to":"d/x"}"#]),
        ("/audit", ["-d", #"{"content":true,"repair":true}"#]),
    ]

    /// The same by batches, through and at the stranger.
    static let changes: [Change] = [
        .put("d/x", "put"), .put("d/x/below", "put"), .mkdir("d/x"), .mkdir("d/x/new"), .link("d/x", to: "/etc"),
        .remove("d/x"), .remove("d"), .move("d/x", to: "moved", .file("hello")), .move("e", to: "d/x", .file("e")),
        .exchange("d/x", .file("hello"), with: "e", .file("e")),
        .hardLink("linked", to: "d/x", expected: .file("hello")),
        .setMetadata("d/x", .file("hello", mode: 0o666, at: 5)), .setMetadata("d", .folder(mode: 0o777, at: 5)),
    ]

    @Test("Whatever stands where a file was, requests change and tell nothing outside", arguments: strangers.indices)
    func stranger(_ index: Int) async throws {
        let (name, stranger) = Self.strangers[index]
        try await LiveServer.with(keep: KeepBounds(age: .seconds(3600))) { temporary, live in
            try live.makeOutside()
            let before = try live.outsideLines()
            for (target, arguments) in Self.requests {
                try await begin(temporary, live, stranger)
                let status = try live.status(target, arguments)
                #expect(status != 0, "\(name): \(target) \(arguments) is not answered")
                #expect(try live.outsideLines() == before, "\(name): \(target) \(arguments)")
            }
            for change in Self.changes {
                try await begin(temporary, live, stranger)
                try live.send([change], on: temporary)
                #expect(try live.outsideLines() == before, "\(name): \(change)")
            }
        }
    }

    /// A file `d/x` and another one, and what somebody made of it.
    private func begin(_ temporary: TemporaryShare, _ live: LiveServer, _ stranger: String) async throws {
        try live.script("cd destination; rm -rf d e moved linked")
        let all = try temporary.catalogLines().keys.filter { !$0.contains("/") }
        _ = try await temporary.outcomes(all.map { .remove(Self.path($0)) })
        let made = try await temporary.outcomes([.mkdir("d"), .put("d/x", "hello"), .put("e", "e")])
        try #require(made.allSatisfy { $0 == .acknowledged })
        try live.script("cd destination; rm d/x; \(stranger)")
    }

    @Test("A batch whose paths lead out, or into Syncbox's own directory, changes nothing there")
    func batches() async throws {
        try await LiveServer.with { temporary, live in
            try live.makeOutside()
            let before = try live.outsideLines()
            let own = try live.script("find destination/.syncbox | sort")
            // Written as a name of the same length, which no encoder would let out.
            for hostile in [
                "../outside/new", "..", "d/../../outside", "/etc/x", "a//b", "a/", ".", "a\0b", ".syncbox/lock",
            ] {
                let harmless = String(repeating: "z", count: hostile.utf8.count)
                let path = try RelativePath(harmless)
                for change: Change in [
                    .put(path, "x"), .mkdir(path), .link(path, to: "x"), .move("d", to: path), .move(path, to: "d"),
                    .remove(path), .setMetadata(path, .folder()), .hardLink(path, to: "d", expected: .file("x")),
                    .hardLink("d", to: path, expected: .file("x")), .exchange(path, .folder(), with: "d", .folder()),
                ] {
                    let body = temporary.body([change]).replacing(Array(harmless.utf8), with: Array(hostile.utf8))
                    let answer = try live.exchange(LiveServer.request("POST", Array("/batches".utf8), body: body))
                    let isRefused =
                        answer.contains(" 400 ") || hostile.hasPrefix(".syncbox") && answer.contains(" 200 ")
                    #expect(isRefused, "\(hostile): \(change): \(answer.prefix(300))")
                }
            }
            #expect(try live.outsideLines() == before)
            #expect(try live.script("find destination/.syncbox | sort") == own)
            #expect(try temporary.diskLines().isEmpty)
        }
    }

    @Test(
        "A directory that turns into a link, and back, while batches commit lets nothing out", arguments: [false, true])
    func race(keeps: Bool) async throws {
        try await LiveServer.with(keep: keeps ? KeepBounds(age: .seconds(3600)) : nil) { temporary, live in
            try live.makeOutside()
            _ = try await temporary.outcomes([.mkdir("s"), .mkdir("s/d"), .put("s/x", "1"), .put("e", "e")])
            try live.script("ln -s ../outside destination/out")
            let before = try live.outsideLines()
            let isOver = Atomic(false)
            let (one, other) = (live.destination + "/s", live.destination + "/out")
            let attacker = NamedThread("attacker") {
                while !isOver.load(ordering: .relaxed) { linux_renameat2(AT_FDCWD, one, AT_FDCWD, other, 2) }
            }
            var statuses: [Int: Int] = [:]
            for number in 0..<40 {
                try live.send(Self.raced(number), on: temporary)
                for (target, arguments) in [("/files/s/secret", []), ("/files/s/new", ["-T", "/etc/hostname"])] {
                    statuses[try live.status(target, arguments), default: 0] += 1
                }
            }
            isOver.store(true, ordering: .relaxed)
            attacker.join()
            #expect(try live.outsideLines() == before)
            #expect(statuses[0] == nil, "each request is answered")
        }
    }

    private static func path(_ text: String) -> RelativePath { RelativePath(stringLiteral: text) }

    /// A batch of everything that can be done in the directory that is being swapped.
    private static func raced(_ number: Int) -> [Change] {
        [
            .put(path("s/\(number % 7)"), "\(number)"), .put("s/secret", "\(number)"), .put("s/d/x", "\(number)"),
            .mkdir(path("s/new-\(number % 5)")), .link("s/link", to: "x"), .remove("s/d/x"), .remove("s/fifo"),
            .move("s/x", to: "s/d/moved", .file("1")), .move("e", to: "s/e", .file("e")),
            .move("s/e", to: "e", .file("e")),
            .setMetadata("s/secret", .file("\(number)", mode: 0o666, at: 5)),
            .setMetadata("s/d", .folder(mode: 0o777, at: 5)),
            .hardLink("s/hard", to: "s/secret", expected: .file("\(number)")), .put("s/x", "1"),
            .remove(path("s/new-\((number + 2) % 5)")),
        ]
    }
}

extension LiveServer {
    /// Sends changes as one batch on the share's state, by curl. What becomes of it is checked for secrets only.
    func send(_ changes: [Change], on temporary: TemporaryShare) throws {
        let file = directory.appending(path: "body")
        try Data(temporary.body(changes)).write(to: file)
        #expect(try status("/batches", ["--data-binary", "@\(file.path)"]) != 0, "\(changes) is not answered")
    }
}

extension TemporaryShare {
    /// The body of a batch on the share's state.
    func body(_ changes: [Change]) -> [UInt8] {
        var encoder = BatchEncoder(base: share.catalog.summary.state)
        for change in changes { encoder.append(change) }
        return encoder.finish()
    }
}
