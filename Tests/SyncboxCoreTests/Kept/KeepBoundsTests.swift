// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct KeepBoundsTests {
    /// What is kept, by its age in seconds, with its size in MiB; and the ages of what must go.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var kept: [Int64: UInt64]
        var entries: [Int64: UInt64] = [:]
        var expired: [Int64]
    }

    static let cases = [
        Case(testDescription: "nothing", kept: [:], expired: []),
        Case(testDescription: "all within bounds", kept: [1: 3, 50: 3, 100: 4], expired: []),
        Case(testDescription: "too old", kept: [1: 1, 100: 1, 101: 1, 300: 1], expired: [300, 101]),
        Case(testDescription: "from the future, as after a clock was set back", kept: [-500: 1], expired: []),
        Case(testDescription: "too much: the oldest go first", kept: [1: 4, 2: 4, 3: 4, 4: 4], expired: [4, 3]),
        Case(testDescription: "older ones go too, though they would fit", kept: [1: 8, 2: 4, 3: 1], expired: [3, 2]),
        Case(testDescription: "what alone is too much goes alone", kept: [1: 4, 2: 11, 3: 4], expired: [2]),
        Case(
            testDescription: "too many", kept: [1: 0, 2: 0, 3: 0],
            entries: [1: KeepBounds.mostEntries - 1, 2: 2, 3: 1], expired: [3, 2]),
    ]

    @Test("What is too old or too much goes, the oldest first", arguments: cases)
    func expires(_ example: Case) {
        let bounds = KeepBounds(age: .seconds(100), size: 10 << 20)
        func version(_ age: Int64) -> KeptVersion { KeptVersion(Timestamp(seconds: 10_000 - age), .removed) }
        var kept: [KeptVersion: KeptSum] = [:]
        for (age, size) in example.kept {
            kept[version(age)] = KeptSum(entries: example.entries[age] ?? 1, bytes: size << 20)
        }
        #expect(bounds.expired(kept, at: Timestamp(seconds: 10_000)) == example.expired.map(version))
    }

    @Test("What is held goes by its age alone, and drives out nothing")
    func held() {
        let bounds = KeepBounds(age: .seconds(100), size: 10 << 20)
        func version(_ age: Int64, _ isHeld: Bool) -> KeptVersion {
            KeptVersion(Timestamp(seconds: 10_000 - age), .removed, isHeld: isHeld)
        }
        let large = KeptSum(entries: KeepBounds.mostEntries * 2, bytes: 100 << 20)
        let kept = [
            version(1, true): large, version(100, true): large, version(101, true): KeptSum(entries: 1),
            version(2, false): KeptSum(entries: 1, bytes: 10 << 20),
        ]
        #expect(bounds.expired(kept, at: Timestamp(seconds: 10_000)) == [version(101, true)])
    }
}
