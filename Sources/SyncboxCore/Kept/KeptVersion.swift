// SPDX-License-Identifier: Apache-2.0

/// When and why entries were taken out of a share and kept: the name of a dated directory of the trash, and how the kept
/// entries in it are asked for.
///
///     20261124T225842.123456Z-removed      the date and time in UTC, to the microsecond, and the reason
///     20261124T225842.123456Z-removed-held the same, kept for its time whatever it takes
///
/// Versions order by time.
package struct KeptVersion: Hashable, Sendable {
    /// Why something was kept.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It was removed.
        case removed
        /// Another content, or another kind of entry, came in its place.
        case replaced
    }

    /// When, to the microsecond.
    package let time: Timestamp
    /// Why.
    package let reason: Reason
    /// Whether only its age ends it: whoever removed it may not delete.
    package let isHeld: Bool

    private static let heldSuffix = "-held"

    /// The first and the last second whose year has four digits.
    private static let seconds: ClosedRange<Int64> = -62_167_219_200...253_402_300_799
    private static let nanosecondsInMicrosecond: UInt32 = 1_000

    /// The version of this moment; less than a microsecond is cut off, and what has no year of four digits moved to one.
    package init(_ time: Timestamp, _ reason: Reason, isHeld: Bool = false) {
        let seconds = min(max(time.seconds, Self.seconds.lowerBound), Self.seconds.upperBound)
        let nanoseconds = time.nanoseconds - time.nanoseconds % Self.nanosecondsInMicrosecond
        self.time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        self.reason = reason
        self.isHeld = isHeld
    }

    /// Reads what `name` wrote; nil for anything else.
    package init?(_ name: String) {
        let bytes = Array(name.utf8)
        let stamp = Array("00000000T000000.000000Z-".utf8)
        let isHeld = name.hasSuffix(Self.heldSuffix)
        let word = name.dropFirst(stamp.count).dropLast(isHeld ? Self.heldSuffix.count : 0)
        guard bytes.count > stamp.count, let reason = Reason(rawValue: String(word)),
            zip(bytes, stamp).allSatisfy({ $1 == UInt8(ascii: "0") ? SettingsValue.isDigit($0) : $0 == $1 })
        else { return nil }
        func number(_ range: Range<Int>) -> Int64 {
            bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let calendar = CalendarTime(
            year: number(0..<4), month: number(4..<6), day: number(6..<8),
            secondOfDay: number(9..<11) * 3_600 + number(11..<13) * 60 + number(13..<15))
        let nanoseconds = UInt32(number(16..<22)) * Self.nanosecondsInMicrosecond
        self.init(Timestamp(seconds: calendar.seconds, nanoseconds: nanoseconds), reason, isHeld: isHeld)
        // A date that does not exist comes back as another.
        guard self.name == name else { return nil }
    }

    /// The name of the directory, which is also what stands in a URL.
    package var name: String {
        let (date, clock) = parts
        let fraction = Self.padded(Int64(time.nanoseconds / Self.nanosecondsInMicrosecond), 6)
        return "\(date.joined())T\(clock.joined()).\(fraction)Z-\(reason.rawValue)\(isHeld ? Self.heldSuffix : "")"
    }

    /// The time for people and in JSON, to the second, as RFC 3339 has it: `2026-11-24T22:58:42Z`.
    package var timeText: String {
        let (date, clock) = parts
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":"))Z"
    }

    private var parts: (date: [String], clock: [String]) {
        let calendar = CalendarTime(time.seconds)
        let second = calendar.secondOfDay
        return (
            [Self.padded(calendar.year, 4), Self.padded(calendar.month, 2), Self.padded(calendar.day, 2)],
            [second / 3_600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }
        )
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension KeptVersion: Comparable {
    package static func < (left: KeptVersion, right: KeptVersion) -> Bool {
        left.time == right.time ? left.name < right.name : left.time < right.time
    }
}
