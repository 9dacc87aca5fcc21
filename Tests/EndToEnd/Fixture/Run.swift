// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What a program that has ended gave.
struct Ended {
    var exitCode: Int32
    var output: String
    var errors: String
}

/// Runs `program` to its end, without holding a thread meanwhile. It is ended when the task is cancelled.
func run(
    _ program: String, _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:]
) async throws -> Ended {
    // Files, since a pipe holds only so much until somebody reads it.
    let (output, errors) = (try OutputFile(), try OutputFile())
    let child = try Child(
        [program] + arguments, in: directory,
        environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
        output: output.handle.fileDescriptor, errors: errors.handle.fileDescriptor)
    let exitCode = await withTaskCancellationHandler {
        await child.ended()
    } onCancel: {
        child.signal(SIGKILL)
    }
    return Ended(exitCode: exitCode, output: try output.text(), errors: try errors.text())
}

/// Runs a script by bash(1), in `directory`; the test fails where a command of it does. Answers what it printed.
@discardableResult
func script(
    _ text: String, in directory: String, environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> String {
    let arguments = ["-c", "set -euo pipefail\n" + text]
    let ended = try await run("/bin/bash", arguments, in: directory, environment: environment)
    if ended.exitCode != 0 {
        Issue.record("the script ended with \(ended.exitCode): \(ended.errors)", sourceLocation: sourceLocation)
    }
    return ended.output
}

/// A nameless file that a program prints into.
private struct OutputFile {
    let handle: FileHandle

    init() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        unlink(path)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func text() throws -> String {
        try handle.seek(toOffset: 0)
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }
}
