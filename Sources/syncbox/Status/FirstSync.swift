// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// How far a client is that compares its source for the first time since it started, and mirrors what differs.
struct FirstSync {
    /// Entries that the server has.
    let done: UInt64
    /// Entries that there are, at least.
    let total: UInt64
    /// How long it takes from now on, as it goes at present, in seconds; nil where nothing goes.
    let secondsLeft: UInt64?

    /// nil where there is no such thing, or it is not known yet how much there is.
    init?(_ status: ClientStatus) {
        guard let expected = status.expected, expected > 0 else { return nil }
        done = status.confirmed
        total = max(expected, status.confirmed + status.pending + status.inFlight)
        let times = [
            Self.time(total - done, status.changesPerSecond), Self.time(status.pendingBytes, status.bytesPerSecond),
        ]
        secondsLeft = times.contains(nil) ? nil : times.compactMap { $0 }.max()
    }

    /// How long it takes at this rate; 0 where there is nothing to do, nil where it would take for ever.
    private static func time(_ amount: UInt64, _ perSecond: Double) -> UInt64? {
        if amount == 0 { return 0 }
        // Slower than this is no pace, but the last of what went before.
        guard perSecond > 0.01 else { return nil }
        return UInt64(min(Double(amount) / perSecond + 0.5, 1e15))
    }

    /// How much is done, from 0 to 100.
    var percent: UInt64 { total == 0 ? 0 : min(100, done * 100 / total) }

    /// `30500 of about 50000 entries`.
    var text: String { "\(done) of about \(total) entries" }

    /// `[#####-----]`, `width` characters between the brackets.
    func bar(_ width: Int) -> String {
        let filled = Int(percent) * width / 100
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]"
    }

    /// `about 2 min left`; empty where that can't be told.
    var leftText: String {
        guard let secondsLeft else { return "" }
        return "about \(ageText(since: 0, now: Int64(secondsLeft))) left"
    }
}

extension ClientStatus {
    /// How fast it goes: `120 changes/s, 3.4 MiB/s`.
    var rateText: String {
        let changes = changesPerSecond < 10 ? Self.decimal(changesPerSecond) : "\(UInt64(changesPerSecond))"
        return "\(changes) changes/s, \(byteText(UInt64(bytesPerSecond)))/s"
    }

    /// A number with one decimal, rounded down.
    private static func decimal(_ number: Double) -> String {
        let tenths = UInt64(number * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
