// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

@Suite struct WatcherTests {
    /// What happens in the source, and what must be told of it, in this order; other events may be told between.
    struct Case: Sendable, CustomTestStringConvertible {
        let script: String
        let told: [WatchEvent]
        var testDescription: String { script }

        init(_ script: String, _ told: WatchEvent...) {
            self.script = script
            self.told = told
        }
    }

    private static func at(_ text: String) -> RelativePath {
        guard let path = try? RelativePath(text) else { preconditionFailure("tests use valid paths") }
        return path
    }

    /// The source holds `file`, `d/file`, `d/e/f/file`, and outside there is `tree/inner/file`.
    static let cases: [Case] = [
        Case(
            "echo x > new", .touched(at("new"), .created), .touched(at("new"), .modified), .touched(at("new"), .closed)),
        Case("echo x >> d/e/f/file", .touched(at("d/e/f/file"), .modified), .touched(at("d/e/f/file"), .closed)),
        Case("chmod 600 file", .touched(at("file"), .attributes)),
        Case("touch -d @5 d/e", .touched(at("d/e"), .attributes)),
        Case("touch -d @5 .", .touched(at(""), .attributes)),
        Case("rm file", .touched(at("file"), .removed)),
        Case("ln -s nowhere link", .touched(at("link"), .created)),
        Case("ln file name", .touched(at("name"), .created)),
        Case("mkfifo pipe", .touched(at("pipe"), .created)),
        Case("mkdir new", .newDirectory(at("new"))),
        Case("mkdir -p new/a/b; echo x > new/a/b/file", .newDirectory(at("new"))),
        Case("mv ../tree moved", .newDirectory(at("moved"))),
        Case("mv ../tree moved; echo x >> moved/inner/file", .newDirectory(at("moved"))),
        Case("mv d ../gone", .directoryGone(at("d"))),
        Case("rm -r d", .directoryGone(at("d"))),
        Case("mv d x", .directoryMoved(from: at("d"), to: at("x"))),
        Case("mv d/e x", .directoryMoved(from: at("d/e"), to: at("x"))),
        Case("mv d x; mv x/e y; mv y x/z", .directoryMoved(from: at("d"), to: at("x"))),
        Case(
            "mv d x; echo x >> x/e/f/file", .directoryMoved(from: at("d"), to: at("x")),
            .touched(at("x/e/f/file"), .closed)),
        Case("mkdir o; mv -T d o", .directoryMoved(from: at("d"), to: at("o"))),
        Case("rm -r d; mkdir d; echo x > d/other", .newDirectory(at("d"))),
        Case("rm -r d; echo x > d", .directoryGone(at("d")), .touched(at("d"), .closed)),
        Case("mv d x; mkdir d; mv x d/x", .newDirectory(at("d"))),
    ]

    @Test("What happens is told, by the paths that things have now, and everything stays watched", arguments: cases)
    func tells(_ `case`: Case) async throws {
        let source = try await WatchedSource(prepare: { tree in
            try tree.makeDirectory("source/d/e/f")
            try tree.makeDirectory("tree/inner")
            for file in ["source/file", "source/d/file", "source/d/e/f/file", "tree/inner/file"] {
                try tree.write(file, "")
            }
        })
        try await source.read()
        source.forget()
        try await source.shell(`case`.script)
        try await source.wait("\(`case`.told)") { events in
            var rest = events[...]
            return `case`.told.allSatisfy { told in
                guard let index = rest.firstIndex(of: told) else { return false }
                rest = rest[(index + 1)...]
                return true
            }
        }
        try await everyDirectoryIsWatched(source)
    }

    @Test("The two events of a file's rename have one cookie")
    func cookies() async throws {
        let source = try await WatchedSource(prepare: { try $0.write("source/old", "") })
        try await source.read()
        try await source.shell("mv old new")
        try await source.wait { events in
            let cookies = events.compactMap { event -> UInt32? in
                switch event {
                case .touched(Self.at("old"), .movedAway(let cookie)), .touched(Self.at("new"), .movedHere(let cookie)):
                    cookie
                default: nil
                }
            }
            return cookies.count == 2 && cookies[0] == cookies[1] && cookies[0] != 0
        }
    }

    @Test("Two directories that change places are told as two moves")
    func exchange() async throws {
        let source = try await WatchedSource(prepare: { tree in
            try tree.makeDirectory("source/a/in-a")
            try tree.makeDirectory("source/b/in-b")
        })
        try await source.read()
        linux_renameat2(
            AT_FDCWD, source.tree.absolute("source/a"), AT_FDCWD, source.tree.absolute("source/b"),
            UInt32(LINUX_RENAME_EXCHANGE))
        try await source.wait { events in
            Set(events).isSuperset(of: [
                .directoryMoved(from: Self.at("a"), to: Self.at("b")),
                .directoryMoved(from: Self.at("b"), to: Self.at("a")),
            ])
        }
        try await everyDirectoryIsWatched(source)
    }

    @Test("A move of a directory with 2,000 below it is one move, and looks at nothing below it")
    func moveIsOne() async throws {
        let source = try await WatchedSource(prepare: { tree in
            try tree.makeDirectory("source/d")
            for number in 0..<2000 { try tree.makeDirectory("source/d/\(number)") }
        })
        try await source.read()
        #expect(source.watcher.watchCount == 2002)
        source.forget()
        source.faults.restart()
        try await source.shell("mv d x")
        try await source.wait { $0.contains(.directoryMoved(from: Self.at("d"), to: Self.at("x"))) }
        try await source.barrier()
        // The directory that both names are in has another time by now.
        let events = source.events.filter { $0 != .touched(.root, .attributes) }
        #expect(events == [.directoryMoved(from: Self.at("d"), to: Self.at("x"))])
        #expect(source.faults.operations.count < 20)
        #expect(source.watcher.watchCount == 2002)
    }

    @Test("Files in directories that are made while they are watched are all told, or lie below a directory that is")
    func madeQuickly() async throws {
        let source = try await WatchedSource()
        try await source.read()
        try await source.shell(
            """
            seq 4 | xargs -P 4 -I N sh -c 'd=tN; i=0
                while [ $i -lt 250 ]; do mkdir $d; echo x > $d/file; d=$d/d; i=$((i+1)); done'
            """)
        try await source.barrier()
        // What a scan would find that begins when the event is told: all that is there by now.
        let covered = Set(source.events.compactMap { if case .newDirectory(let path) = $0 { path } else { nil } })
        let touched = Set(source.events.compactMap { if case .touched(let path, _) = $0 { path } else { nil } })
        let files = try source.tree.run(
            "/usr/bin/find", [source.tree.absolute("source"), "-type", "f", "-printf", "%P\\n"])
        let places = try files.split(separator: "\n").map { try path(String($0)) }
        #expect(places.count == 1000)
        for place in places where !touched.contains(place) {
            #expect(covered.subtracting([.root]).contains(where: place.isBelow), "\(place.depth) deep")
        }
        #expect(source.watcher.watchCount == 1001)
        try await everyDirectoryIsWatched(source)
    }

    @Test(
        "After any storm of renames, removals and new directories everything is watched, by its right path",
        arguments: 1...8)
    func storm(_ seed: UInt64) async throws {
        let source = try await WatchedSource(prepare: { tree in
            for place in ["source/a/b/c", "source/d/e", "source/f", "outside"] { try tree.makeDirectory(place) }
        })
        try await source.read()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2 as Range<UInt64> {
                let storm = Storm(seed: seed * 2 + number, place: source.tree.place)
                group.addTask { try await WatchedSource.onThread { storm.rage() } }
            }
            try await group.waitForAll()
        }
        try await source.barrier()
        try await everyDirectoryIsWatched(source)
        #expect(source.events.filter { if case .unwatched = $0 { true } else { false } } == [])
    }

    /// Makes a file in every directory, and waits until all are told by their paths. What happened just before may take its
    /// time, so that this is tried more than once.
    private func everyDirectoryIsWatched(_ source: WatchedSource) async throws {
        var missing: Set<RelativePath> = []
        for _ in 0..<20 {
            let name = "probe-\(UUID().uuidString)"
            try await source.shell("find . -type d -exec sh -c 'for d; do : > \"$d/\(name)\"; done' - {} +")
            let found = try source.tree.run(
                "/usr/bin/find", [source.tree.absolute("source"), "-name", name, "-printf", "%P\\n"])
            let places = try Set(found.split(separator: "\n").map { try path(String($0)) })
            try await source.barrier()
            let told = Set(source.events.compactMap { if case .touched(let path, .closed) = $0 { path } else { nil } })
            missing = places.subtracting(told)
            if missing.isEmpty && source.watcher.watchCount == places.count { return }
        }
        let told = source.events.filter { if case .touched = $0 { false } else { true } }.suffix(30)
        Issue.record("not watched: \(missing); \(source.watcher.watchCount) watches; told was \(told)")
    }
}

/// Changes directories as fast as it can, the same for the same seed.
private struct Storm {
    private static let names = ["a", "b", "c", "d", "e", "f", "a/b", "a/c", "d/e", "d/e/f", "b/c", "b/c/d", "f/a"]

    let seed: UInt64
    let place: String

    func rage() {
        var state = seed
        func random(_ count: Int) -> Int {
            // The generator of Numerical Recipes; its upper bits are good enough.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        func anywhere() -> String { place + "/source/" + Self.names[random(Self.names.count)] }
        for number in 0..<4000 {
            switch random(10) {
            case 0..<5: mkdir(anywhere(), 0o755)
            case 5..<7: rename(anywhere(), anywhere())
            case 7: linux_renameat2(AT_FDCWD, anywhere(), AT_FDCWD, anywhere(), UInt32(LINUX_RENAME_EXCHANGE))
            case 8: rmdir(anywhere())
            default:
                let outside = place + "/outside/\(seed)-\(number % 5)"
                if random(2) == 0 { rename(anywhere(), outside) } else { rename(outside, anywhere()) }
            }
        }
    }
}
