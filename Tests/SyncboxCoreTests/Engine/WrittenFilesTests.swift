// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SyncboxCore

@Suite("Files that were written to") struct WrittenFilesTests {
    private func path(_ text: String) throws -> RelativePath { try RelativePath(text) }

    /// What happens to the set, one thing after another.
    enum Step: Sendable {
        case written(String), looked(String), moved(String, String)
    }

    @Test(
        "A file is one from its writing to the next look, under whatever name",
        arguments: [
            ([], [:]),
            ([.written("a")], ["a": true, "b": false]),
            ([.written("a"), .written("a"), .looked("a")], ["a": false]),
            ([.written("a"), .looked("b")], ["a": true, "b": false]),
            ([.written("d/a"), .moved("d", "e")], ["d/a": false, "e/a": true]),
            ([.written("d/x/a"), .moved("d", "e/f")], ["d/x/a": false, "e/f/x/a": true]),
            ([.written("dd/a"), .moved("d", "e")], ["dd/a": true, "ed/a": false]),
            ([.written("a"), .moved("a", "b")], ["a": false, "b": true]),
            ([.written("d/a"), .moved("d", "e"), .moved("e", "d")], ["d/a": true, "e/a": false]),
            ([.written("d/a"), .looked("d/a"), .moved("d", "e")], ["d/a": false, "e/a": false]),
        ] as [([Step], [String: Bool])])
    func steps(steps: [Step], expected: [String: Bool]) throws {
        var written = WrittenFiles()
        for step in steps {
            switch step {
            case .written(let name): written.insert(try path(name))
            case .looked(let name):
                let was = written.contain(try path(name))
                let wasWritten = written.remove(try path(name))
                #expect(wasWritten == was)
            case .moved(let from, let to): written.moved(from: try path(from), to: try path(to))
            }
        }
        for (name, isOne) in expected { #expect(written.contain(try path(name)) == isOne, "\(name)") }
    }

    @Test("Where there are too many, all are forgotten but the last")
    func many() throws {
        var written = WrittenFiles()
        for number in 0..<10_000 { written.insert(try path("n\(number)")) }
        #expect(try written.contain(path("n0")) && written.contain(path("n9999")))
        written.insert(try path("last"))
        #expect(try written.contain(path("last")) && !written.contain(path("n0")))
    }
}
