// SPDX-License-Identifier: Apache-2.0
import Glibc
import SyncboxCore
import Synchronization

/// The value of the header `Date` (RFC 9110, section 6.6.1): made anew when the second is another one.
final class HTTPDate: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((.min, ""))

    /// Now, as `Sun, 06 Nov 1994 08:49:37 GMT`.
    func now() -> String {
        let second = Int64(time(nil))
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second)) }
            return last.text
        }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text for an instant in seconds since 1970, which was a Thursday; not before it.
    static func text(_ seconds: Int64) -> String {
        let calendar = CalendarTime(seconds)
        let clock = [calendar.secondOfDay / 3_600, calendar.secondOfDay / 60 % 60, calendar.secondOfDay % 60]
        let day = days[Int(seconds / 86_400 % 7)]
        let month = months[Int(calendar.month) - 1]
        return
            "\(day), \(padded(calendar.day)) \(month) \(calendar.year) \(clock.map(padded).joined(separator: ":")) GMT"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
}
