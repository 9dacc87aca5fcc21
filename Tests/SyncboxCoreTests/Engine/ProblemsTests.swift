// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite("Paths in trouble") struct ProblemsTests {
    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    @Test("Only a new reason is news")
    func news() throws {
        var problems = Problems()
        let isNew = problems.record(try path("a"), .busy, "locked", attempts: 1)
        let isNewAgain = problems.record(try path("a"), .busy, "locked", attempts: 2)
        let isOther = problems.record(try path("a"), .permission, "denied", attempts: 3)
        #expect(isNew && !isNewAgain && isOther && problems.count == 1)
        let wasInTrouble = [problems.clear(try path("a")), problems.clear(try path("a"))]
        #expect(wasInTrouble == [true, false])
    }

    @Test("They come in the order of paths, each with the time of its next attempt")
    func first() throws {
        var problems = Problems()
        for name in ["c", "a", "b"] { _ = problems.record(try path(name), .other, name, attempts: 1) }
        let told = problems.first(2) { $0.description == "a" ? 7 : nil }
        #expect(told.map(\.path) == ["a", "b"] && told.map(\.nextAttempt) == [7, nil])
    }

    @Test(
        "What is below a directory that moves is in trouble under its new name",
        arguments: [("d/x", "e/x"), ("d/x/y", "e/x/y"), ("d", "d"), ("dd", "dd"), ("e/z", "e/z")])
    func moves(old: String, new: String) throws {
        var problems = Problems()
        _ = problems.record(try path(old), .other, "text", attempts: 1)
        problems.moved(from: try path("d"), to: try path("e"))
        #expect(try problems.count == 1 && problems.contains(path(new)))
        #expect(problems.first(9) { _ in nil }.map(\.path) == [new])
    }
}
