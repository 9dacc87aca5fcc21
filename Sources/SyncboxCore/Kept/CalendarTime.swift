// SPDX-License-Identifier: Apache-2.0

/// An instant as date and time of day in UTC, by the Gregorian calendar without leap seconds, as time_t counts (POSIX.1,
/// "Seconds Since the Epoch").
package struct CalendarTime: Hashable, Sendable {
    /// As it is written, 0 for the one before 1.
    package var year: Int64
    /// 1 to 12.
    package var month: Int64
    /// 1 to 31.
    package var day: Int64
    /// Seconds since midnight.
    package var secondOfDay: Int64

    private static let secondsInDay: Int64 = 86_400
    /// Days from 0000-03-01 to 1970-01-01. Years are counted from March, so that the day that is inserted is the last.
    private static let daysBeforeEpoch: Int64 = 719_468
    /// Days in 400 years, after which the calendar repeats itself.
    private static let daysInEra: Int64 = 146_097

    /// The date and time at `seconds` since the epoch.
    package init(_ seconds: Int64) {
        let days = Self.floor(seconds, by: Self.secondsInDay)
        secondOfDay = seconds - days * Self.secondsInDay
        let shifted = days + Self.daysBeforeEpoch
        let era = Self.floor(shifted, by: Self.daysInEra)
        let dayOfEra = shifted - era * Self.daysInEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// A date and a time of day as they are written; whether they exist shows when they come back the same.
    init(year: Int64, month: Int64, day: Int64, secondOfDay: Int64) {
        self.year = year
        self.month = month
        self.day = day
        self.secondOfDay = secondOfDay
    }

    /// The instant in seconds since the epoch.
    var seconds: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Self.floor(shiftedYear, by: 400)
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * Self.daysInEra + dayOfEra - Self.daysBeforeEpoch) * Self.secondsInDay + secondOfDay
    }

    private static func floor(_ number: Int64, by divisor: Int64) -> Int64 {
        (number >= 0 ? number : number - (divisor - 1)) / divisor
    }
}
