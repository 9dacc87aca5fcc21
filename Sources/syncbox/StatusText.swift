// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SyncboxCore

extension ServerStatus {
    /// Everything, on several lines; `now` is the time in seconds since the epoch.
    func details(now: Int64) -> String {
        let rows = [("listens on", listen), ("runs for", uptime(since: started, now: now))]
        return (["syncbox-server"] + table(rows) + shares.flatMap(\.lines)).joined(separator: "\n")
    }
}

extension ServerStatus.Share {
    fileprivate var lines: [String] {
        var rows = [
            ("holds", "\(counted(description.entries, "entry", "entries")), \(byteText(description.bytes))"),
            ("durability", description.durability),
            (
                "applied",
                "\(counted(changes, "change")) in \(counted(batches, "batch", "batches")), \(counted(syncs, "sync"))"
            ),
            ("writer", writer ?? "none"),
            ("fresh", description.fresh?.text ?? "not told"),
        ]
        if let keptEntries, let keptBytes {
            rows.append(("keeps", "\(counted(keptEntries, "old entry", "old entries")), \(byteText(keptBytes))"))
        }
        return ["  share \(description.name)"] + table(rows, indent: 4)
    }
}

extension ClientStatus {
    /// Everything, on several lines; `now` is the time in seconds since the epoch.
    func details(now: Int64, on terminal: Terminal = .plain) -> String {
        let isDown = link != "up" && state != "starting"
        var rows = [
            ("state", terminal.text(state, colour)),
            ("source", source),
            ("server", "\(server), share \(share)"),
            (
                "link",
                terminal.text(link, isDown ? .bad : nil)
                    + (linkNextAttempt.map { "; next try \(waitText($0 - now))" } ?? "")
            ),
            ("fresh", freshText(now: now)),
            ("confirmed", counted(confirmed, "entry", "entries")),
            ("pending", "\(counted(pending, "path")), \(inFlight) on the way\(pendingSize)"),
            ("rate", rateText),
            ("sent", sentText),
            ("watches", counted(watches, "directory", "directories")),
            ("skipped", counted(special, "special file")),
            ("runs for", uptime(since: started, now: now)),
        ]
        if let progress = FirstSync(self) {
            let texts = ["\(progress.percent) %", progress.text, progress.leftText].filter { !$0.isEmpty }
            rows.insert(("progress", texts.joined(separator: ", ")), at: 1)
        }
        if let brake {
            rows.append(("held", "\(terminal.text(brake, .bad)); release it with: syncbox release \(instance)"))
        }
        rows.append(("problems", terminal.text("\(problemCount)", problemCount > 0 ? .warning : nil)))
        return (["syncbox-client@\(instance)"] + table(rows) + problemLines(now: now)).joined(separator: "\n")
    }

    private func freshText(now: Int64) -> String {
        fresh.map { "\(ageText(since: $0, now: now)) ago, up to \(instantText($0))" } ?? "not known yet"
    }

    private var pendingSize: String { pendingBytes > 0 ? ", \(byteText(pendingBytes))" : "" }

    private var sentText: String {
        let saved = bytesSaved > 0 ? ", \(byteText(bytesSaved)) saved" : ""
        return
            "\(counted(changes, "change")) in \(counted(batches, "batch", "batches")), \(byteText(bytesSent))\(saved)"
    }

    private func problemLines(now: Int64) -> [String] {
        let listed = problems.map { problem in
            let next = problem.nextAttempt.map { "; next try \(waitText($0 - now))" } ?? ""
            return
                "    \(problem.path): \(problem.text) (\(problem.kind), tried \(counted(problem.attempts, "time"))\(next))"
        }
        let rest = problemCount - min(problemCount, UInt64(problems.count))
        return listed + (rest > 0 ? ["    and \(rest) more"] : [])
    }
}

/// Names and values in two columns.
private func table(_ rows: [(name: String, value: String)], indent: Int = 2) -> [String] {
    let width = 12
    return rows.map { name, value in
        String(repeating: " ", count: indent) + name + String(repeating: " ", count: max(1, width - name.count)) + value
    }
}

/// `1 path`, `2 paths`.
func counted(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// An instant as people read it, `2026-11-24T22:57:42Z`; seconds since the epoch where it lies outside of the calendar.
func instantText(_ seconds: Int64) -> String {
    guard (0...253_402_300_799).contains(seconds) else { return "\(seconds)" }
    return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}

extension Freshness {
    fileprivate var text: String { "up to \(Self.text(of: instant)), told \(Self.text(of: received))" }

    private static func text(of decimal: String) -> String {
        Timestamp(decimal: decimal).map { instantText($0.seconds) } ?? decimal
    }
}

/// How long something is away, in the unit in which it is at least 1: `in 8 min`.
private func waitText(_ seconds: Int64) -> String {
    switch seconds {
    case ...0: "at once"
    case ..<60: "in \(seconds) s"
    case ..<7_200: "in \(seconds / 60) min"
    default: "in \(seconds / 3_600) h"
    }
}

private func uptime(since started: Int64, now: Int64) -> String {
    SettingsValue.text(of: .seconds(max(0, now - started)))
}

/// Bytes in the largest unit of 1024 that leaves at least 1, rounded down to a tenth.
func byteText(_ bytes: UInt64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    guard bytes >= 1024 else { return counted(bytes, "byte") }
    let power = min((63 - bytes.leadingZeroBitCount) / 10, units.count)
    let unit = UInt64(1) << (10 * UInt64(power))
    return "\(bytes / unit).\((bytes % unit) / (unit / 10 + 1)) \(units[power - 1])"
}
