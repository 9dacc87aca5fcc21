// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct RestorePlanTests {
    /// Kept entries, the newest first: `3 f docs/x` is the file docs/x of the third version.
    private func entries(_ lines: [String]) throws -> [KeptEntry] {
        try lines.map { line in
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            let seconds = try #require(Int64(words[0]))
            let time = Timestamp(seconds: seconds)
            let entry: Entry =
                switch words[1] {
                case "f": .file(size: UInt64(seconds), digest: nil, mode: 0o644, modified: time)
                case "d": .directory(mode: 0o755, modified: time)
                default: .symbolicLink(target: [1, 2], modified: time)
                }
            return KeptEntry(entry, at: try RelativePath(words[2]), version: KeptVersion(time, .removed))
        }
    }

    static let cases: [(kept: [String], path: String, version: Int64?, plan: [String])] = [
        ([], "a", nil, []),
        (["3 f a", "2 f a", "1 l a"], "a", nil, ["3 a"]),
        (["3 f a", "2 f a", "1 l a"], "a", 2, ["2 a"]),
        (["3 f a", "2 f a", "1 l a"], "a", 4, []),
        (["3 f d/x", "2 f d/x", "2 f d/y", "1 d d", "1 f d/z"], "d", nil, ["1 d", "3 d/x", "2 d/y", "1 d/z"]),
        (["3 f d/x", "2 f d/x", "2 f d/y", "1 d d", "1 f d/z"], "d", 2, ["2 d/x", "2 d/y"]),
        (["3 f d", "2 f d/x", "2 d d"], "d", nil, ["3 d"]),
        (["3 d d", "2 f d", "1 f d/x"], "d", nil, ["3 d", "1 d/x"]),
        (["3 l d/e", "2 f d/e/x", "1 f d/f"], "d", nil, ["3 d/e", "1 d/f"]),
        (["3 f d/e", "2 f d/e-x", "1 f d/e/x"], "", nil, ["3 d/e", "2 d/e-x"]),
    ]

    @Test("The newest of each path is brought back, and nothing below what is no directory", arguments: cases)
    func plan(kept: [String], path: String, version: Int64?, plan: [String]) throws {
        let found = try #require(
            RestorePlan(
                try entries(kept), at: try RelativePath(path),
                version: version.map { KeptVersion(Timestamp(seconds: $0), .removed) }))
        #expect(found.items.map { "\($0.version.time.seconds) \($0.path)" } == plan)
    }

    @Test("An entry is read as it was written")
    func entry() throws {
        for kept in try entries(["3 f a b", "-5 d c", "0 l d"]) {
            let plan = try #require(RestorePlan([kept], at: .root))
            #expect(KeptEntry(plan.items[0].entry, at: plan.items[0].path, version: plan.items[0].version) == kept)
        }
    }

    @Test("Whoever answers nonsense is not believed")
    func nonsense() throws {
        let right = try entries(["3 f a/b"])[0]
        var wrong: [KeptEntry] = []
        for path in ["", "/a", "a/../b", "a//b", "%", "b", "a%00"] {
            wrong.append(right)
            wrong[wrong.count - 1].path = path
        }
        for (change, value) in [(\KeptEntry.mode, "10000"), (\.mode, nil), (\.mode, "9")]
            as [(WritableKeyPath<KeptEntry, String?>, String?)]
        {
            wrong.append(right)
            wrong[wrong.count - 1][keyPath: change] = value
        }
        wrong.append(right)
        wrong[wrong.count - 1].version = "../../x"
        for kept in wrong { #expect(RestorePlan([kept], at: try RelativePath("a")) == nil, "\(kept)") }
    }

    @Test(
        "A time is read as it was written",
        arguments: [
            Timestamp(seconds: 0), Timestamp(seconds: 1, nanoseconds: 5),
            Timestamp(seconds: -1, nanoseconds: 250_000_000),
            Timestamp(seconds: -2, nanoseconds: 1), Timestamp(seconds: -7),
            Timestamp(seconds: 1 << 40, nanoseconds: 999_999_999),
        ])
    func decimals(time: Timestamp) {
        #expect(Timestamp(decimal: time.decimalText) == time)
    }
}
