// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A daemon under test: one process, which logs to a file and answers on its control socket.
final class DaemonProcess {
    private let child: Child
    /// Where its control socket is: in its state directory, as for any daemon that no service manager started.
    private let socket: String

    var id: pid_t { child.id }
    var isRunning: Bool { child.isRunning }

    /// Starts `command`, which logs behind what the file `log` holds already.
    init(_ command: [String], log: String, stateDirectory: String) throws {
        socket = "\(stateDirectory)/control.sock"
        // Nothing of a service manager that the tests themselves may run under.
        let foreign = ["NOTIFY_SOCKET", "JOURNAL_STREAM", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "WATCHDOG_USEC"]
        let log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        child = try Child(
            command, environment: ProcessInfo.processInfo.environment.filter { !foreign.contains($0.key) },
            output: log, errors: log)
    }

    /// What `syncbox status` tells of it; nil where it does not answer.
    func status<Status: Decodable>() async throws -> Status? {
        let ended = try await run(Binaries.command, ["status", "--socket", socket, "--json"])
        guard ended.exitCode == 0 else { return nil }
        return try JSONDecoder().decode(Status.self, from: Data(ended.output.utf8))
    }

    /// Sends a signal.
    func signal(_ number: Int32) {
        child.signal(number)
    }

    /// Ends it by `number` and answers what it ended with: an exit code, or the signal.
    @discardableResult
    func end(by number: Int32 = SIGTERM) async throws -> Int32 {
        signal(number)
        return try await ended()
    }

    /// Waits until it has ended by itself.
    func ended() async throws -> Int32 {
        try #require(try await eventually("process \(id) ends") { !isRunning })
        return await child.ended()
    }

    /// The most memory that it has used so far, in bytes: proc_pid_status(5), `VmHWM`.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) })
            * 1024
    }
}
