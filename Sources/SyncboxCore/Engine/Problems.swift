// SPDX-License-Identifier: Apache-2.0

/// Trouble with single paths: recorded when it comes, gone when the path has been mirrored, or is watched again.
/// Whatever it is goes on being tried.
package struct Problems: Sendable {
    /// The most problems that are kept with their text; more are only counted.
    private static let mostKept = 10_000

    private var reports: [RelativePath: ProblemReport] = [:]
    /// Directories that the watch does not see wholly. That they are mirrored themselves mends nothing.
    private var unwatched: [RelativePath: ProblemReport] = [:]

    /// How many paths are in trouble.
    package var count: Int { reports.count + unwatched.count }
    /// Whether some directory is not watched.
    var hasUnwatched: Bool { !unwatched.isEmpty }

    /// Records a failure at `path`. Whether it is new, or of another kind than before: worth a line in the log.
    mutating func record(_ path: RelativePath, _ kind: ProblemKind, _ text: String, attempts: Int) -> Bool {
        Self.record(ProblemReport(path, kind, text, attempts: attempts), at: path, in: &reports)
    }

    /// Records that the directory at `path`, or what is below it, is not watched. Whether it is new.
    mutating func record(unwatched path: RelativePath, _ kind: ProblemKind, _ text: String) -> Bool {
        Self.record(ProblemReport(path, kind, text, attempts: 1), at: path, in: &unwatched)
    }

    private static func record(
        _ report: ProblemReport, at path: RelativePath, in reports: inout [RelativePath: ProblemReport]
    ) -> Bool {
        let isNews = reports[path]?.kind != report.kind
        guard reports.count < mostKept || reports[path] != nil else { return false }
        reports[path] = report
        return isNews
    }

    /// The path is well, or gone. Whether it had been in trouble.
    @discardableResult
    mutating func clear(_ path: RelativePath) -> Bool {
        !reports.isEmpty && reports.removeValue(forKey: path) != nil
    }

    /// Whether the directory at `path`, or one below it, is not watched.
    func hasUnwatched(in path: RelativePath) -> Bool {
        unwatched.keys.contains { $0 == path || $0.isBelow(path) }
    }

    /// The directory at `path` is watched now with all below it, or is gone; `besides` what is not watched this time either.
    mutating func clear(unwatchedIn path: RelativePath, besides again: Set<RelativePath> = []) {
        guard !unwatched.isEmpty else { return }
        unwatched = unwatched.filter { again.contains($0.key) || $0.key != path && !$0.key.isBelow(path) }
    }

    /// Whether the trouble of `path` is that it is busy.
    func isBusy(_ path: RelativePath) -> Bool { reports[path]?.kind == ProblemKind.busy.word }

    /// Whether `path` is in trouble.
    func contains(_ path: RelativePath) -> Bool { reports[path] != nil || unwatched[path] != nil }

    /// The directory `from` has become `to`: what was in trouble below it is under its new name, until that has been looked at.
    mutating func moved(from: RelativePath, to: RelativePath) {
        guard !reports.isEmpty else { return }
        for (path, report) in reports {
            guard path.isBelow(from), let new = path.moved(from: from, to: to) else { continue }
            reports[path] = nil
            reports[new] = report
            reports[new]?.path = new.description
        }
    }

    /// The first problems in the order of paths, at most `most`. `nextAttempt` tells when a path is tried again, in seconds since
    /// the epoch.
    func first(_ most: Int, nextAttempt: (RelativePath) -> Int64?) -> [ProblemReport] {
        (Array(reports) + Array(unwatched)).sorted { $0.key < $1.key }.prefix(most).map { path, report in
            var report = report
            report.nextAttempt = nextAttempt(path)
            return report
        }
    }
}

extension Mirror {
    /// The first paths in trouble, in their order, at most `most`, as a status tells them at this moment.
    package func problemReports(_ most: Int, at moment: Moment) -> [ProblemReport] {
        problems.first(most) { path in
            let attempts = [queue.nextAttempt(of: path), unseen.nextAttempt(of: path)]
            return attempts.compactMap { $0 }.min().map { moment.seconds(at: $0) }
        }
    }
}

extension ProblemReport {
    fileprivate init(_ path: RelativePath, _ kind: ProblemKind, _ text: String, attempts: Int) {
        self.init(path: path.description, kind: kind.word, text: text, attempts: UInt64(attempts))
    }
}
