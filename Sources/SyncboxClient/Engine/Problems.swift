// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// Trouble with single paths: recorded when it comes, gone when the path has been mirrored.
struct Problems {
    /// The most problems that are kept with their text; more are only counted.
    private static let mostKept = 10_000

    private var reports: [RelativePath: ProblemReport] = [:]

    /// How many paths are in trouble.
    var count: Int { reports.count }

    /// Records a failure at `path`. Whether it is new, or of another kind than before: worth a line in the log.
    mutating func record(_ path: RelativePath, _ kind: ProblemKind, _ text: String, attempts: Int) -> Bool {
        let isNews = reports[path]?.kind != kind.word
        guard reports.count < Self.mostKept || reports[path] != nil else { return false }
        reports[path] = ProblemReport(
            path: path.description, kind: kind.word, text: text, attempts: UInt64(attempts))
        return isNews
    }

    /// The path is well, or gone. Whether it had been in trouble.
    @discardableResult
    mutating func clear(_ path: RelativePath) -> Bool {
        !reports.isEmpty && reports.removeValue(forKey: path) != nil
    }

    /// Whether `path` is in trouble.
    func contains(_ path: RelativePath) -> Bool { reports[path] != nil }

    /// The first problems in the order of paths, at most `most`.
    func first(_ most: Int) -> [ProblemReport] {
        reports.sorted { $0.key < $1.key }.prefix(most).map(\.value)
    }
}
