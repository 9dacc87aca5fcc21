// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// The daemons of a machine, one line each, in columns.
struct StatusTable {
    /// One place of the table.
    struct Cell {
        var text: String
        var colour: Terminal.Colour?

        init(_ text: String, _ colour: Terminal.Colour? = nil) {
            self.text = text
            self.colour = colour
        }
    }

    let heading: [String]
    var rows: [[Cell]]

    /// The clients among the daemons; `now` is the time in seconds since the epoch.
    static func clients(_ statuses: [ClientStatus], now: Int64) -> StatusTable {
        StatusTable(
            heading: ["INSTANCE", "STATE", "FRESH", "PENDING", "PROBLEMS", "BRAKE", "LINK"],
            rows: statuses.map { $0.cells(now: now) })
    }

    /// The shares of a server.
    static func shares(_ server: ServerStatus, now: Int64) -> StatusTable {
        StatusTable(
            heading: ["SHARE", "FRESH", "ENTRIES", "SIZE", "WRITER"],
            rows: server.shares.map { share in
                let fresh = share.description.fresh.flatMap { Timestamp(decimal: $0.instant) }
                return [
                    Cell(share.description.name), Cell(ageText(since: fresh?.seconds, now: now)),
                    Cell("\(share.description.entries)"), Cell(byteText(share.description.bytes)),
                    Cell(share.writer ?? "none"),
                ]
            })
    }

    /// Its lines, as wide as the terminal is.
    func lines(on terminal: Terminal) -> [String] {
        let all = [heading.map { Cell($0, .heading) }] + rows
        let widths = heading.indices.map { column in all.map { $0[column].text.count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            var left = terminal.width
            for (cell, width) in zip(row, widths) {
                let isLast = cell.text.count > left || line.isEmpty && row.count == 1
                let text = isLast ? String(cell.text.prefix(max(0, left))) : cell.text
                line += terminal.text(text, cell.colour)
                line += String(repeating: " ", count: max(0, min(width - text.count + 2, left - text.count)))
                left -= width + 2
                if left <= 0 { break }
            }
            return String(line.trimmedOfSpaces)
        }
    }
}

extension ClientStatus {
    /// What the table shows of it.
    fileprivate func cells(now: Int64) -> [StatusTable.Cell] {
        let isDown = link != "up" && state != "starting" && state != Self.stopped
        return [
            .init(instance), .init(state, colour), .init(ageText(since: fresh, now: now)), .init(pendingText),
            .init("\(problemCount)", problemCount > 0 ? .warning : nil),
            .init(brake == nil ? "-" : "held", brake == nil ? nil : .bad),
            .init(state == Self.stopped ? "-" : isDown ? "down: \(link)" : link, isDown ? .bad : nil),
        ]
    }

    /// What the command line calls an instance that is set up and does not run.
    static let stopped = "stopped"

    /// What colour its state has.
    var colour: Terminal.Colour? {
        switch state {
        case "idle": problemCount > 0 || brake != nil ? .warning : .good
        case "waiting for the server", Self.stopped: .bad
        default: nil
        }
    }

    /// How many paths wait or are on their way, and how many bytes that is as far as is known.
    var pendingText: String {
        let count = pending + inFlight
        return pendingBytes > 0 ? "\(count), \(byteText(pendingBytes))" : "\(count)"
    }
}

/// How long ago an instant was, in the largest unit of which it is at least two; `-` where it is not known.
func ageText(since instant: Int64?, now: Int64) -> String {
    guard let instant else { return "-" }
    let seconds = max(0, now - instant)
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) d"
    }
}

extension String {
    /// The text without the spaces at its end.
    fileprivate var trimmedOfSpaces: Substring {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return text
    }
}
