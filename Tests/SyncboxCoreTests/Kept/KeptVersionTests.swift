// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct KeptVersionTests {
    static let names: [(seconds: Int64, nanoseconds: UInt32, name: String)] = [
        (0, 0, "19700101T000000.000000Z"), (1_795_561_122, 123_456_789, "20261124T225842.123456Z"),
        (951_782_399, 999_999_999, "20000228T235959.999999Z"), (951_782_400, 0, "20000229T000000.000000Z"),
        (4_107_542_400, 0, "21000301T000000.000000Z"), (-1, 0, "19691231T235959.000000Z"),
        (-62_167_219_200, 0, "00000101T000000.000000Z"), (253_402_300_799, 0, "99991231T235959.000000Z"),
    ]

    @Test("A version's name is its date, and is read again", arguments: names)
    func name(seconds: Int64, nanoseconds: UInt32, name: String) throws {
        for reason in KeptVersion.Reason.allCases {
            let version = KeptVersion(Timestamp(seconds: seconds, nanoseconds: nanoseconds), reason)
            #expect(version.name == "\(name)-\(reason.rawValue)")
            let read = try #require(KeptVersion(version.name))
            #expect(read == version)
            let held = KeptVersion(version.time, reason, isHeld: true)
            #expect(held.name == "\(version.name)-held")
            #expect(KeptVersion(held.name) == held && held != version && held.reason == reason)
            #expect(read.time.seconds == seconds)
            #expect(read.time.nanoseconds == nanoseconds / 1_000 * 1_000)
        }
    }

    @Test("What has no year of four digits gets one")
    func clamped() {
        #expect(KeptVersion(Timestamp(seconds: .max), .removed).name.hasPrefix("99991231T235959"))
        #expect(KeptVersion(Timestamp(seconds: .min), .removed).name.hasPrefix("00000101T000000"))
    }

    @Test("The time is told to the second")
    func time() {
        let version = KeptVersion(Timestamp(seconds: 1_795_561_122, nanoseconds: 5), .removed)
        #expect(version.timeText == "2026-11-24T22:58:42Z")
    }

    @Test("Versions order by time")
    func order() {
        let sorted = Self.names.sorted { $0.name < $1.name }.map { KeptVersion("\($0.name)-replaced") }
        #expect(sorted.compactMap { $0 }.sorted() == sorted.compactMap { $0 })
        #expect(sorted.allSatisfy { $0 != nil })
    }

    @Test(
        "Anything else is no version",
        arguments: [
            "", "staging", "20261124T225842.123456Z", "20261124T225842.123456Z-", "20261124T225842.123456Z-lost",
            "20261324T225842.123456Z-removed", "20260230T225842.123456Z-removed", "20261124T245842.123456Z-removed",
            "20261124T226042.123456Z-removed", "2026-11-24T225842.123456Z-removed", "20261124T225842.12345Z-removed",
            "20261124T225842.123456Z-removed/..", "２0261124T225842.123456Z-removed",
        ])
    func nonsense(name: String) {
        #expect(KeptVersion(name) == nil)
    }
}
