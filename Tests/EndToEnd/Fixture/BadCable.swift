// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A cable between two machines, with one daemon at each end: network namespaces, between which a process passes packets on.
/// They are gone when that process has ended, which it does with the tests at the latest.
final class BadCable {
    private let child: Child
    private let moodFile: String
    private let logFile: String

    private static let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "bad-cable").path

    /// Whether a cable can be laid here: that takes root, iproute2, python3, and a kernel with TUN devices.
    static func canBeLaid() async throws -> Bool {
        let probe = "ip tuntap add mode tun name probe && command -v python3 nsenter"
        return try await run("/usr/bin/unshare", ["--net", "/bin/sh", "-c", probe]).exitCode == 0
    }

    /// Lays a cable and puts the daemons of `mirror`, which are not started yet, at its ends.
    init(of mirror: Mirror) async throws {
        (moodFile, logFile) = ("\(mirror.directory)/mood", "\(mirror.directory)/cable.log")
        let readyFile = "\(mirror.directory)/cable.ready"
        try "".write(toFile: moodFile, atomically: true, encoding: .utf8)
        let log = open(logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        child = try Child(
            ["/usr/bin/unshare", "--net", "/usr/bin/python3", Self.program, moodFile, readyFile],
            environment: ProcessInfo.processInfo.environment, output: log, errors: log)
        var words: [Substring] = []
        try await eventually("the cable is laid") { [child] in
            words = ((try? String(contentsOfFile: readyFile, encoding: .utf8)) ?? "").split(separator: " ")
            return words.count == 3 || !child.isRunning
        }
        try #require(words.count == 3)
        let enter = words.map { ["/usr/bin/nsenter", "--net=/proc/\($0)/ns/net", "--"] }
        (mirror.serverPrefix, mirror.clientPrefix) = (enter[0], enter[1])
        mirror.host = "127.0.0.2"
    }

    /// From now on the cable is as bad as this; the words are those of the program. Empty for a good one.
    func turn(_ mood: String) throws {
        try mood.write(toFile: moodFile, atomically: true, encoding: .utf8)
    }

    /// How many packets were lost, doubled and damaged before the last turn.
    func harm() throws -> [String: Int] {
        let last = try String(contentsOfFile: logFile, encoding: .utf8).split(separator: "\n").last ?? ""
        let words = last.split(separator: " ").map { $0.split(separator: "=") }
        return Dictionary(uniqueKeysWithValues: words.compactMap { word in Int(word[1]).map { (String(word[0]), $0) } })
    }

    func end() { child.signal(SIGKILL) }

    deinit { child.signal(SIGKILL) }
}
