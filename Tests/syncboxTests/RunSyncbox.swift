// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a run of the built `syncbox` gave.
struct Ended {
    var exitCode: Int32
    var output: String
    var errors: String
}

/// Runs the `syncbox` that was built beside the tests, without holding a thread of the pool meanwhile: in some tests its
/// answers come from there.
func runSyncbox(_ arguments: String...) async throws -> Ended {
    try await runSyncbox(arguments: arguments)
}

/// The same for arguments in a list.
func runSyncbox(arguments: [String]) async throws -> Ended {
    try await run(syncboxPath(), arguments)
}

/// Where it is.
func syncboxPath() throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "syncbox").path
}

/// Runs any program so.
func run(_ program: String, _ arguments: [String]) async throws -> Ended {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try await withCheckedThrowingContinuation { (exit: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in exit.resume() }
        do { try process.run() } catch { exit.resume(throwing: error) }
    }
    // What a command prints fits a pipe's buffer, so that reading afterwards loses nothing.
    return Ended(
        exitCode: process.terminationStatus,
        output: String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self),
        errors: String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self))
}

/// An empty directory of its own, for one test.
func temporaryDirectory() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "syncbox-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}
