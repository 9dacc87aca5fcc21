// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct WatchTableTests {
    private func name(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Root 1 with a (2), a/b (3), a/b/c (4) and d (5).
    private func table() -> WatchTable {
        var table = WatchTable(root: 1)
        for (watch, parent, text) in [(2, 1, "a"), (3, 2, "b"), (4, 3, "c"), (5, 1, "d")] as [(Int32, Int32, String)] {
            #expect(table.place(watch, in: parent, named: name(text), now: 0) == .new)
        }
        return table
    }

    private func paths(_ table: WatchTable) -> [String] {
        (1...9).map { table.path(of: $0)?.description ?? "-" }
    }

    @Test("A watch has the path of its names from the root down, and is found by it")
    func resolves() throws {
        let table = table()
        #expect(paths(table) == [".", "a", "a/b", "a/b/c", "d", "-", "-", "-", "-"])
        for watch in 1...5 as ClosedRange<Int32> {
            #expect(try table.watch(at: #require(table.path(of: watch))) == watch)
        }
        #expect(try table.path(of: name("file"), in: 3) == RelativePath("a/b/file"))
        #expect(try table.path(of: name("file"), in: 1) == RelativePath("file"))
        #expect(try table.watch(at: RelativePath("a/x")) == nil)
    }

    @Test(
        "A directory that turns up elsewhere was moved, with all below it, whether its old name has disappeared or not")
    func moves() throws {
        for isDetached in [false, true] {
            var table = table()
            if isDetached { table.detach(name("b"), in: 2, now: 7, isTold: false) }
            #expect(try table.place(3, in: 5, named: name("x"), now: 8) == .moved(from: RelativePath("a/b")))
            #expect(paths(table) == [".", "a", "d/x", "d/x/c", "d", "-", "-", "-", "-"])
            #expect(table.detached == [])
            #expect(table.child(name("b"), of: 2) == nil)
        }
    }

    @Test("The old path of a move is the one that it has by now")
    func oldPathFollows() throws {
        var table = table()
        table.detach(name("c"), in: 3, now: 0, isTold: false)
        #expect(try table.place(2, in: 5, named: name("a"), now: 0) == .moved(from: RelativePath("a")))
        #expect(try table.place(4, in: 1, named: name("c"), now: 0) == .moved(from: RelativePath("d/a/b/c")))
    }

    @Test("What is detached has no path, keeps what is below it, and is the same where it turns up in its place")
    func detaches() {
        var table = table()
        table.detach(name("a"), in: 1, now: 7, isTold: true)
        #expect(paths(table) == [".", "-", "-", "-", "d", "-", "-", "-", "-"])
        let detached = table.detached.map { "\($0.watch) in \($0.parent) since \($0.since) told \($0.isTold)" }
        #expect(detached == ["2 in 1 since 7 told true"])
        #expect(table.contains(4))
        #expect(table.place(2, in: 1, named: name("a"), now: 9) == .back)
        #expect(paths(table) == [".", "a", "a/b", "a/b/c", "d", "-", "-", "-", "-"])
    }

    @Test("A directory made in the place of another detaches that")
    func replaces() throws {
        var table = table()
        #expect(table.place(9, in: 1, named: name("a"), now: 3) == .new)
        #expect(table.path(of: 9)?.description == "a")
        #expect(table.detached.map(\.watch) == [2])
        #expect(try table.place(2, in: 1, named: name("old"), now: 4) == .moved(from: RelativePath("a")))
        #expect(table.path(of: 4)?.description == "old/b/c")
    }

    @Test("Two directories that change places are both moved")
    func exchanges() throws {
        var table = table()
        #expect(try table.place(5, in: 1, named: name("a"), now: 0) == .moved(from: RelativePath("d")))
        #expect(try table.place(2, in: 1, named: name("d"), now: 0) == .moved(from: RelativePath("a")))
        #expect(paths(table) == [".", "d", "d/b", "d/b/c", "a", "-", "-", "-", "-"])
        #expect(table.detached == [])
    }

    @Test("What was in a directory that is gone has come from nowhere")
    func comesFromNowhere() {
        var table = table()
        table.detach(name("c"), in: 3, now: 0, isTold: false)
        #expect(Set(table.remove(2)) == [2, 3])
        #expect(table.place(4, in: 1, named: name("c"), now: 0) == .moved(from: nil))
    }

    @Test("Removing returns every watch at and below, and forgets them")
    func removes() {
        var table = table()
        #expect(Set(table.remove(2)) == [2, 3, 4])
        #expect(paths(table) == [".", "-", "-", "-", "d", "-", "-", "-", "-"])
        #expect(table.count == 2)
        #expect(table.place(2, in: 1, named: name("a"), now: 0) == .new)
        #expect(table.child(name("b"), of: 2) == nil)
    }

    @Test("No directory is placed below itself")
    func refusesCircles() {
        var table = table()
        let before = paths(table)
        #expect(table.place(2, in: 4, named: name("a"), now: 0) == .impossible)
        #expect(table.place(1, in: 4, named: name("root"), now: 0) == .impossible)
        #expect(paths(table) == before)
    }

    @Test("A walk through everything forgets what it did not meet")
    func rounds() {
        var table = table()
        table.detach(name("d"), in: 1, now: 0, isTold: false)
        table.beginRound()
        #expect(table.place(2, in: 1, named: name("a"), now: 0) == .same)
        #expect(table.place(4, in: 2, named: name("c"), now: 0) != .new)
        #expect(Set(table.endRound()) == [3, 5])
        #expect(paths(table) == [".", "a", "-", "a/c", "-", "-", "-", "-", "-"])
        #expect(table.detached == [])
    }

    @Test("A directory takes 100,000 below it along, none of which is touched")
    func movesMany() throws {
        var table = WatchTable(root: 1)
        _ = table.place(2, in: 1, named: name("a"), now: 0)
        for watch in 3..<100_003 as Range<Int32> {
            _ = table.place(watch, in: 2, named: name("\(watch)"), now: 0)
        }
        #expect(try table.place(2, in: 1, named: name("b"), now: 0) == .moved(from: RelativePath("a")))
        #expect(try table.path(of: 777) == RelativePath("b/777"))
    }
}
