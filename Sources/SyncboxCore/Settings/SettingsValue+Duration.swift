// SPDX-License-Identifier: Apache-2.0

extension SettingsValue {
    /// The units of durations and their lengths in microseconds, the longest first.
    private static let durationUnits: [(name: String, microseconds: Int64)] = [
        ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000),
        ("ms", 1_000), ("us", 1),
    ]

    /// A duration with units: `20ms`, `2s`, `7d`, `1min 30s`. Whole numbers, the longest unit first; a number without a
    /// unit is refused.
    package static func duration(_ text: String) throws(Mistake) -> Duration {
        let right = "write a number with a unit, as 20ms or 1min 30s (us, ms, s, min, h, d, w)"
        var rest = text[...]
        var sum: Int64 = 0
        var units = durationUnits[...]
        repeat {
            let (number, unit) = try numberWithUnit(&rest, right: right)
            guard durationUnits.contains(where: { $0.name == unit }) else {
                throw Mistake("has no unit '\(SettingsMistake.shown(unit))'", right: right)
            }
            guard let index = units.firstIndex(where: { $0.name == unit }) else {
                throw Mistake("has its units out of order", right: "write each unit once, the longest first")
            }
            let (product, isTooLong) = number.multipliedReportingOverflow(by: units[index].microseconds)
            let (total, isStillTooLong) = sum.addingReportingOverflow(product)
            guard !isTooLong, !isStillTooLong else {
                throw Mistake("is too long to count", right: "write a shorter one")
            }
            sum = total
            units = units[(index + 1)...]
            rest = rest.trimmed
        } while !rest.isEmpty
        return .microseconds(sum)
    }

    /// A duration within `range`.
    package static func duration(_ text: String, in range: ClosedRange<Duration>) throws(Mistake) -> Duration {
        let duration = try duration(text)
        guard range.contains(duration) else {
            throw Mistake(
                "is out of range",
                right: "write a duration from \(Self.text(of: range.lowerBound)) to \(Self.text(of: range.upperBound))")
        }
        return duration
    }

    /// The duration as a settings file takes it, `1min 30s`; what is shorter than a microsecond is left out.
    package static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        var parts: [String] = []
        for unit in durationUnits where rest / unit.microseconds > 0 {
            parts.append("\(rest / unit.microseconds)\(unit.name)")
            rest %= unit.microseconds
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }

    private static func numberWithUnit(
        _ rest: inout Substring, right: String
    ) throws(Mistake) -> (number: Int64, unit: String) {
        let digits = rest.prefix { $0.utf8.allSatisfy(isDigit) }
        rest = rest.dropFirst(digits.count)
        let unit = rest.prefix { !$0.utf8.allSatisfy(isDigit) && $0 != " " && $0 != "\t" }
        rest = rest.dropFirst(unit.count)
        guard !digits.isEmpty else { throw Mistake("is no duration", right: right) }
        guard !unit.isEmpty else { throw Mistake("has no unit", right: right) }
        guard let number = Int64(digits) else { throw Mistake("is too long to count", right: "write a shorter one") }
        return (number, String(unit))
    }
}
