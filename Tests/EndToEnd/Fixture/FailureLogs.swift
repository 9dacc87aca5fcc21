// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Where the daemons of the running test log to.
enum FailureLogs {
    @TaskLocal static var directory: String?

    /// The last lines of each log.
    static func tails() -> [Comment] {
        guard let directory, let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            return []
        }
        return names.filter { $0.hasSuffix(".log") }.sorted().map { name in
            let content = (try? Data(contentsOf: URL(filePath: "\(directory)/\(name)"))) ?? Data()
            let lines = String(decoding: content.suffix(64 << 10), as: UTF8.self).split(separator: "\n").suffix(40)
            return Comment(rawValue: "\(name):\n" + lines.map { "  \($0)\n" }.joined())
        }
    }
}

extension Trait where Self == IssueHandlingTrait {
    /// Every failure tells what the daemons said.
    static var tellsLogs: Self {
        .compactMapIssues { issue in
            var issue = issue
            // The trait is inherited by suites within suites, and each passes the issue on.
            let tails = FailureLogs.tails()
            if !issue.comments.contains(where: tails.contains) { issue.comments += tails }
            return issue
        }
    }
}
