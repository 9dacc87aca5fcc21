// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs `syncbox` at a terminal: `typed` is what somebody types once the text before it has been shown, in this order. What the
/// terminal was sent is the output.
func typing(
    _ typed: [(after: String, text: String)], _ arguments: [String], in mirror: Mirror, columns: Int = 100,
    environment: [String: String] = [:]
) async throws -> Ended {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "at-terminal").path
    let answers = "\(mirror.directory)/typed"
    try typed.map { "\($0.after)\t\($0.text)\n" }.joined().write(toFile: answers, atomically: true, encoding: .utf8)
    return try await run(
        script, ["40", "\(columns)", answers, Binaries.command] + arguments,
        environment: ["TERM": "xterm"].merging(environment) { $1 })
}
