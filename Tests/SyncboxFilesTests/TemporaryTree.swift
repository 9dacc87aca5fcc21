// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Testing

/// A directory for one test, looked at and filled by Foundation: an oracle that shares no code with what is tested.
/// It is removed with everything in it when the test is over.
final class TemporaryTree: Sendable {
    /// The absolute path.
    let place: String

    init() throws {
        place = NSTemporaryDirectory() + "syncbox-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        // Tests that drop root's rights must get here too.
        chmod(place, 0o777)
    }

    deinit {
        let remove = Process()
        remove.executableURL = URL(filePath: "/bin/sh")
        remove.arguments = ["-c", "chmod -R u+rwx \"$0\" 2>/dev/null; rm -rf \"$0\"", place]
        try? remove.run()
        remove.waitUntilExit()
    }

    func absolute(_ path: String) -> String { place + "/" + path }

    func open(faults: FaultPlan? = nil) throws -> Root {
        try Root(opening: place, faults: faults)
    }

    func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: absolute(path), withIntermediateDirectories: true)
    }

    func write(_ path: String, _ content: String) throws {
        try write(path, Array(content.utf8))
    }

    func write(_ path: String, _ content: [UInt8]) throws {
        try Data(content).write(to: URL(filePath: absolute(path)))
    }

    func link(_ path: String, to target: String) throws {
        try #require(symlink(target, absolute(path)) == 0)
    }

    func content(_ path: String) -> String? {
        FileManager.default.contents(atPath: absolute(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What stat(1) prints for this format, without following a symbolic link.
    func stat(_ format: String, _ path: String) throws -> String {
        try run("/usr/bin/stat", ["--format", format, absolute(path)])
    }

    @discardableResult
    func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}

/// Paths in tests are written as text.
func path(_ text: String) throws -> RelativePath {
    try RelativePath(text)
}

/// Runs `body` as a user who may not do everything: on a thread that drops root's rights where the tests run as root
/// (the raw system call changes this thread alone), and directly where they don't.
func asOrdinaryUser<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    guard geteuid() == 0 else { return try body() }
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
        _ = NamedThread("ordinary") {
            continuation.resume(
                returning: Result {
                    try dropRights(to: 65534)
                    return try body()
                })
        }
    }
    return try result.get()
}

/// setgroups(2), setresgid(2) and setresuid(2) of the calling thread alone: glibc's own functions change all threads.
private func dropRights(to user: Int) throws {
    typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int
    let call = unsafeBitCast(try #require(dlsym(nil, "syscall")), to: SystemCall.self)
    try #require(call(Int(SYS_setgroups), 0, 0, 0) == 0)
    try #require(call(Int(SYS_setresgid), user, user, user) == 0)
    try #require(call(Int(SYS_setresuid), user, user, user) == 0)
}

/// The `FileError` that `body` throws, or nil.
func failure(_ body: () throws -> Void) -> FileError? {
    do {
        try body()
        return nil
    } catch {
        return error as? FileError
    }
}
