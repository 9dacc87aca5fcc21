// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore

/// `syncbox audit INSTANCE`: compares a source and its destination with the records of both sides.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Compare a source with its destination, and mend what differs.",
        discussion: """
            The server compares its record with the destination, and then the client its own record with the server's, and \
            with the source. Changes are mirrored meanwhile. Each path of the destination that differs is one line: what \
            it is (missing, changed, kind, unread) and where. With --repair it is sent again. What differs in the source is \
            sent in any case. What Syncbox did not put there (foreign) is told and counted, and never touched; that alone is \
            no difference, unless --strict says so.

            Ending the command does not end the audit; the next one of this instance begins when it has ended.

            \([ExitCode.success, .usage, .difference, .noInput, .unavailable, .temporaryFailure, .protocolMismatch, .noPermission]
                .helpText)
            """)

    /// How often the client is asked how far it is.
    private static let interval = Duration.milliseconds(500)

    @OptionGroup var options: ClientOptions

    @Flag(help: "Read every content at the destination, and compare its digest.")
    var content = false

    @Flag(help: "Mend what differs.")
    var repair = false

    @Flag(help: "Let what is foreign be a difference, for the exit status.")
    var strict = false

    @Option(help: "The most that is read, in bytes a second, as 20M (K, M, G, T, of 1024).")
    var rate: AuditRate = AuditRate(bytes: AuditRequest.usualRate)

    func run() async throws {
        let request = AuditRequest(content: content, repair: repair, rate: rate.bytes)
        var status: AuditStatus = try await options.client.post("audit", request)
        let isWatched = isatty(2) == 1
        while status.isRunning {
            if isWatched { Self.tellProgress(status, options.name) }
            try await Task.sleep(for: Self.interval)
            status = try await options.client.get("audit")
        }
        if isWatched { Terminal.write("\r\u{1B}[K", to: 2) }
        for line in Self.lines(of: status, options.name) { print(line) }
        if let failure = status.failure ?? status.destination.failure {
            throw CommandFailure(.temporaryFailure, "\(options.name): the audit did not come to its end: \(failure)")
        }
        if Self.isDifferent(status, isStrict: strict) { throw CommandFailure(.difference) }
    }

    /// Says on the terminal's line, over what it said before, how far the audit is: one of a large share takes hours.
    private static func tellProgress(_ status: AuditStatus, _ name: String) {
        let report = status.destination
        let found = report.found > 0 ? ", \(report.found) differ" : ""
        Terminal.write(
            "\r\u{1B}[K\(name): \(report.entries) entries compared, \(byteText(report.bytes)) read\(found)", to: 2)
    }

    /// Whether something differs and is not mended; `isStrict` lets what is foreign count.
    static func isDifferent(_ status: AuditStatus, isStrict: Bool) -> Bool {
        status.left > 0 || isStrict && status.destination.foreign > 0
    }

    /// What was found, one line for each path that is listed, and a sum.
    static func lines(of status: AuditStatus, _ name: String) -> [String] {
        let report = status.destination
        var lines = report.drift.map { "\($0.kind.rawValue.padded(to: 8)) \($0.path)" }
        let told = report.found + report.foreign
        let unlisted = told - min(told, UInt64(report.drift.count))
        if unlisted > 0 { lines.append("and \(unlisted) more") }
        let counts = Drift.Kind.allCases.filter { $0 != .foreign }.compactMap { kind in
            report.counts[kind.rawValue].map { "\($0) \(kind.rawValue)" }
        }
        var sums = ["\(report.entries) entries compared", "\(byteText(report.bytes)) read"]
        sums.append(counts.isEmpty ? "no drift" : counts.joined(separator: ", "))
        if report.foreign > 0 { sums.append("\(report.foreign) foreign, left alone") }
        if report.mended > 0 { sums.append("\(report.mended) mended") }
        if status.records > 0 { sums.append("\(status.records) entries of the client's record were not the server's") }
        if status.source > 0 { sums.append("\(status.source) paths of the source had not been confirmed as they are") }
        return lines + ["\(name): \(sums.joined(separator: "; "))"]
    }
}

extension String {
    /// The text with spaces behind it, `width` characters at least.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

/// A rate as the command line has it.
struct AuditRate: ExpressibleByArgument {
    let bytes: UInt64

    init(bytes: UInt64) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = try? SettingsValue.size(argument, in: AuditRequest.rateRange) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { "\(bytes >> 20)M" }
}
