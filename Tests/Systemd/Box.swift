// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A booted systemd of its own, which sees this machine's `/usr`: made and driven by the script `systemd-box`, whose
/// head tells how.
struct Box: Sendable {
    /// What tells it from other boxes on this machine.
    let name: String

    /// The box of the running test.
    @TaskLocal static var current: Box?

    /// What a command in the box gave.
    struct Ended {
        var exitCode: Int32
        var output: String
        var errors: String
    }

    /// The script that makes boxes.
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "systemd-box").path

    /// Boots a box in which `directory` of this machine is `/srv/packages`, read-only, and removes it after `work`.
    static func withBox(packages directory: String, _ work: (Box) async throws -> Void) async throws {
        let box = Box(name: "syncbox-\(UUID().uuidString.prefix(8).lowercased())")
        let up = try await box.control(["up", "--bind", "\(directory):/srv/packages:ro"])
        try #require(up.exitCode == 0, "\(up.errors)")
        do {
            try await $current.withValue(box) { try await work(box) }
        } catch {
            _ = try await box.control(["down", "--kill"])
            throw error
        }
        _ = try await box.control(["down", "--kill"])
    }

    /// Runs a script by bash(1) as root in the box. Answers what it printed; the test ends where a command in it fails.
    @discardableResult
    func run(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let ended = try await attempt(script)
        try #require(
            ended.exitCode == 0, "\(script) ended with \(ended.exitCode): \(ended.output)\(ended.errors)",
            sourceLocation: sourceLocation)
        return ended.output
    }

    /// Runs a script that may fail.
    func attempt(_ script: String) async throws -> Ended {
        try await control(["run", "/bin/bash", "-c", "set -euo pipefail\n" + script])
    }

    /// Restarts the box in order: `/etc`, `/var` and `/srv` stay.
    func reboot() async throws {
        let ended = try await control(["reboot"])
        try #require(ended.exitCode == 0, "\(ended.errors)")
    }

    /// The end of the box's journal, or why there is none. Blocks: it is for a test that has failed.
    func journalTail() -> String {
        let process = Process()
        process.executableURL = URL(filePath: Self.script)
        process.arguments = ["--name", name, "logs", "-n", "60", "-o", "short-precise"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            return String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            return "no journal: \(error)"
        }
    }

    /// Runs `systemd-box` to its end, without holding a thread of the pool meanwhile.
    private func control(_ arguments: [String]) async throws -> Ended {
        let process = Process()
        process.executableURL = URL(filePath: Self.script)
        process.arguments = ["--name", name] + arguments
        process.standardInput = FileHandle.nullDevice
        // Files, since a pipe holds only so much until somebody reads it; and the box's own processes inherit them.
        let directory = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = try ["output", "errors"].map { name in
            let file = directory.appending(path: name)
            try Data().write(to: file)
            return (file, try FileHandle(forWritingTo: file))
        }
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        try await withCheckedThrowingContinuation { (exit: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in exit.resume() }
            do { try process.run() } catch { exit.resume(throwing: error) }
        }
        let texts = try files.map { String(decoding: try Data(contentsOf: $0.0), as: UTF8.self) }
        return Ended(exitCode: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}

extension Trait where Self == IssueHandlingTrait {
    /// Every failure tells the end of the box's journal.
    static var tellsJournal: Self {
        .compactMapIssues { issue in
            guard let box = Box.current else { return issue }
            var issue = issue
            issue.comments.append(Comment(rawValue: box.journalTail()))
            return issue
        }
    }
}
