// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// `syncbox status --watch`: looks again and again, until somebody ends the command. On a terminal the picture is drawn anew in
/// its place; anywhere else each client has a line whenever something has changed.
struct StatusWatch {
    /// Who is asked for a picture.
    let clients: @Sendable () throws -> [ControlClient]
    /// Whether it is about one daemon, and everything about it.
    let isDetailed: Bool
    let interval: Duration
    /// How wide a bar is at the most.
    private static let widestBar = 40

    /// How many entries a client had confirmed when it last counted them, and how many changes it had made by then: between two
    /// counts, which are seconds apart, its changes tell how the bar goes on.
    private struct Counted {
        var confirmed: UInt64
        var changes: UInt64
    }

    /// Goes on until the process ends.
    func run() async throws {
        var drawn = 0
        var told: Set<String> = []
        var counted: [String: Counted] = [:]
        while true {
            let terminal = Terminal.output
            var (statuses, failures) = await DaemonStatus.ask(try clients())
            statuses = statuses.map { Self.interpolated($0, &counted) }
            if terminal.isTerminal {
                let lines = picture(of: statuses, failures, on: terminal)
                // Up to where the last picture began, and away with all from there on (console_codes(4)).
                let back = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
                Terminal.write(back + "\r\u{1B}[J" + lines.map { $0 + "\n" }.joined())
                drawn = lines.count
            } else {
                let lines = Set(Self.lines(of: statuses, failures))
                for line in lines.subtracting(told).sorted() {
                    Terminal.write("\(instantText(Int64(time(nil)))) \(line)\n")
                }
                told = lines
            }
            try await Task.sleep(for: interval)
        }
    }

    /// What a terminal shows: a bar for each client that is at its first mirroring, and below that what there is to tell.
    private func picture(
        of statuses: [DaemonStatus], _ failures: [CommandFailure], on terminal: Terminal
    ) -> [String] {
        let now = Int64(time(nil))
        var lines = statuses.compactMap(\.client).compactMap { Self.progress(of: $0, terminal) }
        if !lines.isEmpty { lines.append("") }
        if isDetailed {
            lines += statuses.flatMap { $0.details(now: now, on: terminal).split(separator: "\n").map(String.init) }
        } else {
            lines += StatusCommand.lines(of: statuses, now: now, on: terminal)
        }
        lines += failures.flatMap { $0.message.split(separator: "\n").map(String.init) }
        if lines.isEmpty { lines = ["no daemon is running on this machine"] }
        // A line that goes on below, or a picture higher than the terminal, could not be drawn over.
        let isLong = { (line: String) in line.count > terminal.width && !line.contains("\u{1B}") }
        return lines.prefix(terminal.height - 1).map { isLong($0) ? String($0.prefix(terminal.width)) : $0 }
    }

    /// What is told where there is no terminal: what each client does, and why others don't answer.
    static func lines(of statuses: [DaemonStatus], _ failures: [CommandFailure]) -> [String] {
        let clients = statuses.compactMap(\.client).map { status in
            var parts = ["\(status.instance): \(status.state)"]
            if let progress = progress(of: status, .plain, isNamed: false) { parts.append(progress) }
            if status.problemCount > 0 { parts.append(counted(status.problemCount, "problem")) }
            if let brake = status.brake { parts.append("deletions held: \(brake)") }
            if status.link != "up" { parts.append("link: \(status.link)") }
            return parts.joined(separator: "  ")
        }
        return clients + failures.compactMap { $0.message.split(separator: "\n").first.map(String.init) }
    }

    private static func interpolated(_ daemon: DaemonStatus, _ counted: inout [String: Counted]) -> DaemonStatus {
        guard let status = daemon.client else { return daemon }
        guard let known = counted[status.instance], known.confirmed == status.confirmed,
            status.changes >= known.changes
        else {
            counted[status.instance] = Counted(confirmed: status.confirmed, changes: status.changes)
            return daemon
        }
        var now = status
        now.confirmed += status.changes - known.changes
        if let expected = status.expected { now.confirmed = min(now.confirmed, max(expected, known.confirmed)) }
        return .client(now)
    }

    /// How far a client is, on one line; nil where nothing goes on.
    static func progress(of status: ClientStatus, _ terminal: Terminal, isNamed: Bool = true) -> String? {
        var parts = isNamed ? [status.instance] : []
        if let progress = FirstSync(status) {
            let texts = ["\(progress.percent) %", progress.text, status.rateText, progress.leftText]
            parts += texts.filter { !$0.isEmpty }
            let length = parts.reduce(0) { $0 + $1.count + 2 } + 2
            let room = min(widestBar, terminal.width - min(length, terminal.width))
            if isNamed, room >= 10 { parts.insert(progress.bar(room), at: 1) }
        } else if status.pending + status.inFlight > 0 {
            parts += ["\(status.pendingText) to go", status.rateText]
        } else {
            return nil
        }
        return String(parts.joined(separator: "  ").prefix(terminal.width))
    }
}
