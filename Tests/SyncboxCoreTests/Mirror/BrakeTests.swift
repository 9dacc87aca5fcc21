// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite("The brake") struct BrakeTests {
    private typealias Brake = SyncboxCore.Brake<ContinuousClock.Instant>

    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    private func deletion(_ text: String, _ entries: UInt64) throws -> Deletion {
        Deletion(path: try path(text), entries: entries)
    }

    /// A brake that holds more than 50 percent and more than 100 entries.
    private func brake(isEngaged: Bool = false) -> Brake {
        Brake(limits: .init(percent: 50, count: 100), isEngaged: isEngaged)
    }

    /// How many go at once, of how many confirmed; what went before, as seconds and entries; whether it is held at 100 s.
    static let looks: [(entries: UInt64, confirmed: UInt64, before: [(Int, UInt64)], isHeld: Bool)] = [
        (1, 1, [], false), (100, 100, [], false), (101, 101, [], true), (101, 202, [], false), (101, 201, [], true),
        (5000, 1_000_000, [], false), (500_001, 1_000_000, [], true),
        // What went within a minute counts, as a part of what there was.
        (51, 101, [(99, 50)], true), (51, 101, [(39, 50)], false), (51, 101, [(41, 50)], true),
        (1, 100, [(50, 60), (60, 40)], true), (1, 102, [(50, 60), (60, 40)], false), (1, 1, [(1, 1_000_000)], false),
    ]

    @Test("More than the percentage and more than the count, in a look or a minute, are held", arguments: looks.indices)
    func holds(_ index: Int) throws {
        let (entries, confirmed, before, isHeld) = Self.looks[index]
        var brake = brake()
        for (second, entries) in before { brake.went(entries, at: at(second)) }
        let admitted = brake.admits([try deletion("a", entries)], confirmed: { confirmed }, at: at(100))
        #expect(admitted != isHeld)
        #expect(brake.isEngaged == isHeld)
        #expect(brake.held.paths.map(\.description) == (isHeld ? ["a"] : []))
    }

    @Test("With 100 percent, and with no more than the count, the number of entries is never asked for")
    func off() throws {
        var brake = Brake(limits: .init(percent: 100, count: 0))
        let look1 = brake.admits([try deletion("a", 1_000_000)], confirmed: { 1_000_000 }, at: start)
        #expect(look1)
        brake = self.brake()
        let isAdmitted = brake.admits(
            [try deletion("a", 100)],
            confirmed: {
                Issue.record("counted")
                return 0
            }, at: start)
        #expect(isAdmitted)
    }

    @Test("While anything is held, every further deletion is held with it, for as long as it takes")
    func sticks() throws {
        var brake = brake()
        let look2 = brake.admits([try deletion("a", 200)], confirmed: { 200 }, at: start)
        #expect(!look2)
        #expect(!brake.admits([try deletion("b", 1)], confirmed: { 1_000_000 }, at: at(10_000)))
        #expect(brake.text(confirmed: 300) == "201 of 300 entries would go")
    }

    @Test("What exists again, was recorded elsewhere or is gone is forgotten, and with the last one the brake lets go")
    func forgets() throws {
        var brake = brake()
        let all = try ["a", "b/c", "b/d", "e"].map { try deletion($0, 100) }
        let look3 = brake.admits(all, confirmed: { 400 }, at: start)
        #expect(!look3)
        brake.forget(try path("a"))
        brake.left(try path("b"))
        #expect(brake.held.paths.map(\.description) == ["e"] && brake.isEngaged)
        brake.moved(from: try path("x"), to: try path("y"))
        brake.forget(try path("e"))
        #expect(!brake.isEngaged && brake.text(confirmed: 0) == nil)
        let look4 = brake.admits([try deletion("f", 1)], confirmed: { 400 }, at: start)
        #expect(look4)
    }

    @Test("A release lets go what was held, and nothing else")
    func release() throws {
        var brake = brake()
        let look5 = brake.admits([try deletion("a", 200)], confirmed: { 200 }, at: start)
        #expect(!look5)
        let (paths, needsScan) = brake.release()
        #expect(paths.map(\.description) == ["a"] && !needsScan && !brake.isEngaged)
        #expect(try brake.isReleased(path("a")) && brake.isReleased(path("a/b")))
        #expect(!brake.isReleased(try path("ab")))
        let look6 = brake.admits([try deletion("b", 200)], confirmed: { 200 }, at: start)
        #expect(!look6)
        brake.forget(try path("a"))
        #expect(!brake.isReleased(try path("a")))
    }

    @Test("What a scan finds is one look, however many directories it has")
    func scan() throws {
        var brake = brake()
        brake.beginScan(at: .root)
        for number in 0..<60 { brake.found([try deletion("d\(number)/x", 2)]) }
        #expect(brake.isDeciding && !brake.isEngaged)
        let few = brake.endScan(entries: { _ in 1 }, confirmed: { 100 }, at: start)
        #expect(few.paths.count == 60 && !brake.isEngaged && !brake.isDeciding)
        #expect(brake.isReleased(try path("d1/x")))

        brake.beginScan(at: .root)
        for number in 0..<60 { brake.found([try deletion("e\(number)/x", 2)]) }
        let many = brake.endScan(entries: { _ in 2 }, confirmed: { 130 }, at: start)
        #expect(many.paths.isEmpty && brake.isEngaged && brake.held.entries == 120)
    }

    @Test("What moved while the scan's finds were mirrored is no deletion")
    func scanWithMove() throws {
        var brake = brake()
        brake.beginScan(at: .root)
        brake.found([try deletion("a", 1000), try deletion("b", 1)])
        let result = brake.endScan(entries: { $0.description == "a" ? 0 : 1 }, confirmed: { 1001 }, at: start)
        #expect(result.paths.map(\.description) == ["b"] && !brake.isEngaged)
    }

    @Test("A scan finds that what was held is no longer wanted, or holds it again, whatever went meanwhile")
    func rescan() throws {
        var brake = brake()
        let look7 = brake.admits([try deletion("a", 200), try deletion("b", 1)], confirmed: { 201 }, at: start)
        #expect(!look7)
        brake.beginScan(at: .root)
        #expect(brake.isEngaged)
        brake.forget(try path("a"))
        brake.found([try deletion("b", 1)])
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 201 }, at: at(1000))
        #expect(brake.isEngaged && brake.held.paths.map(\.description) == ["b"])
        brake.beginScan(at: .root)
        brake.forget(try path("b"))
        #expect(brake.isEngaged)
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 201 }, at: at(1000))
        #expect(!brake.isEngaged)
    }

    @Test("What a scan can't compare stays held")
    func unreadable() throws {
        var brake = brake()
        let look = brake.admits([try deletion("d/a", 200)], confirmed: { 200 }, at: start)
        #expect(!look)
        brake.beginScan(at: .root)
        _ = brake.endScan(entries: { _ in 200 }, confirmed: { 200 }, at: start)
        #expect(brake.held.paths.map(\.description) == ["d/a"])
    }

    @Test("A brake that was engaged when the client ended holds what the first scan finds, however little is left")
    func restart() throws {
        var brake = brake(isEngaged: true)
        let look8 = brake.admits([try deletion("c", 1)], confirmed: { 1000 }, at: start)
        #expect(!look8)
        brake.beginScan(at: .root)
        brake.found([try deletion("a", 1)])
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 1000 }, at: start)
        #expect(brake.isEngaged && brake.held.paths.map(\.description) == ["a", "c"])

        brake = self.brake(isEngaged: true)
        brake.beginScan(at: .root)
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 1000 }, at: start)
        #expect(!brake.isEngaged)
    }

    @Test("What is gone from an emptied root is held, whatever the numbers")
    func emptied() throws {
        var brake = Brake(limits: .init(percent: 100, count: 1000))
        brake.beginScan(at: .root)
        brake.holdEmptied([try deletion("a", 1)])
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 1 }, at: start)
        #expect(brake.reason == .emptied)
        #expect(brake.text(confirmed: 1) == "the source was found empty; 1 of 1 entries would go")
        let (paths, _) = brake.release()
        #expect(paths.map(\.description) == ["a"])
    }

    @Test("Beyond its limit the rest is found by a scan after the release, and goes")
    func tooMany() throws {
        var brake = brake()
        let all = try (0...Brake.mostHeld).map { try deletion("\($0)", 1) }
        let look9 = brake.admits(all, confirmed: { UInt64(all.count) }, at: start)
        #expect(!look9)
        #expect(brake.text(confirmed: 200_000) == "more than 100000 of 200000 entries would go")
        let (paths, needsScan) = brake.release()
        #expect(paths.count == Brake.mostHeld && needsScan)
        brake.beginScan(at: .root)
        #expect(brake.isReleased(try path("anything")))
        _ = brake.endScan(entries: { _ in 1 }, confirmed: { 1 }, at: start)
        #expect(!brake.isReleased(try path("anything")))
    }
}
