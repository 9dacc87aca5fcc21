// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

@Suite("Marks in the watch") struct WatchMarksTests {
    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    /// The mark's place among the events, once it has been told.
    private func wait(for mark: UInt64, in source: WatchedSource) async throws -> Int {
        try await source.wait { $0.contains { $0.isMark(atLeast: mark) } }
        return try #require(source.events.firstIndex { $0.isMark(atLeast: mark) })
    }

    @Test("What happened before a mark is told before it, whatever it was")
    func order() async throws {
        let source = try await WatchedSource(
            hasMarks: true,
            prepare: {
                try $0.makeDirectory("source/d/e")
                try $0.write("source/d/e/f", "")
            })
        try await source.read()
        for round in 1...50 {
            try await source.shell(
                """
                echo x > new\(round); mv d/e e\(round); echo y >> e\(round)/f; mv e\(round) d/e; mkdir m\(round)
                rmdir m\(round); mkdir -p n\(round)/o; echo z > n\(round)/o/p
                """)
            let mark = try source.watcher.mark()
            #expect(mark == UInt64(round))
            let place = try await wait(for: mark, in: source)
            let before = source.events[..<place]
            #expect(before.contains(.touched(try path("new\(round)"), .closed)))
            // By the name that it had when it was written to, or by the one that it has now.
            let written: [WatchEvent] = [
                .touched(try path("d/e/f"), .closed), .touched(try path("e\(round)/f"), .closed),
            ]
            #expect(before.contains(where: written.contains))
            #expect(before.contains(.newDirectory(try path("n\(round)"))))
            source.forget()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: source.tree.absolute("marks")).isEmpty)
    }

    @Test("A mark that a killed daemon left behind does no harm")
    func leftover() async throws {
        let source = try await WatchedSource(
            hasMarks: true,
            prepare: {
                try $0.makeDirectory("marks")
                try $0.write("marks/1", "")
            })
        try await source.read()
        _ = try await wait(for: source.watcher.mark(), in: source)
    }

    @Test("When the kernel's queue overflows, the mark comes after the news of it")
    func overflow() async throws {
        let gate = Gate()
        let source = try await WatchedSource(hasMarks: true) { path in
            if path.name.elementsEqual("gate".utf8) { gate.pass() }
            return false
        }
        try await source.read()
        gate.close()
        try await source.shell("mkdir gate")
        gate.waitUntilReached()
        try await source.shell("i=0; while [ $i -lt 20000 ]; do : > a; : > b; i=$((i+1)); done")
        let mark = try source.watcher.mark()
        gate.open()
        let place = try await wait(for: mark, in: source)
        #expect(source.events[..<place].contains(.lostTrack))
    }

    @Test("When nobody takes the events, the mark comes after what stands for them")
    func mailboxOverflow() async throws {
        let source = try await WatchedSource(hasMarks: true, capacity: 10)
        try await source.shell("for n in 1 2 3 4 5 6 7 8 9; do echo x > $n; done")
        let mark = try source.watcher.mark()
        // Long enough for the watcher to have put all of it into its mailbox, and no matter if not.
        try await Task.sleep(for: .milliseconds(100))
        let task = Task { [watcher = source.watcher] in
            var told: [WatchEvent] = []
            while let events = await watcher.next() {
                told += events
                if told.contains(where: { $0.isMark(atLeast: mark) }) { return told }
            }
            return told
        }
        let told = await task.value
        let place = try #require(told.firstIndex { $0.isMark(atLeast: mark) })
        #expect(told[..<place].contains { $0 == .lostTrack || $0 == .newDirectory(.root) })
    }

    @Test("A place that can't hold marks is told")
    func unusable() throws {
        let tree = try TemporaryTree()
        #expect(throws: FileError.self) {
            try Watcher(tree.open(), marks: tree.absolute("no/such/place")) { _ in false }
        }
    }
}

extension WatchEvent {
    fileprivate func isMark(atLeast mark: UInt64) -> Bool {
        if case .reached(let number) = self { number >= mark } else { false }
    }
}
