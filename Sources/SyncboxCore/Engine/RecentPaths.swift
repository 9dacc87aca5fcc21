// SPDX-License-Identifier: Apache-2.0

/// Paths at which something was found out by looking at the disk, which may have been ahead of what the watch had told by then.
/// A path was right on the disk; for the watch, a directory above it may still be about to get, or to lose, its name.
struct RecentPaths: Sendable {
    /// The most paths that are remembered.
    private static let most = 10_000
    /// How far the watch may be behind what happens, at the most: so long a forgotten path is missed.
    private static let longestLag = Duration.seconds(60)

    private var paths: Set<RelativePath> = []
    /// What was found before a mark was made in the watch: with the mark, the watch is ahead of it.
    private var sealed: (paths: Set<RelativePath>, mark: UInt64)?
    /// When paths were last forgotten to make room.
    private var forgotAt: ContinuousClock.Instant?

    /// Something was found out at the path.
    mutating func add(_ path: RelativePath, at now: ContinuousClock.Instant) {
        if paths.count >= Self.most {
            paths = []
            forgotAt = now
        }
        paths.insert(path)
    }

    /// A mark is made in the watch.
    mutating func marked(_ mark: UInt64) {
        guard sealed == nil else { return }
        sealed = (paths, mark)
        paths = []
    }

    /// Everything up to the mark has been told.
    mutating func reached(_ mark: UInt64) {
        if let sealed, sealed.mark <= mark { self.sealed = nil }
    }

    /// Those at or below `directory`; nil where paths were forgotten that could be there.
    func within(_ directory: RelativePath, at now: ContinuousClock.Instant) -> [RelativePath]? {
        if let forgotAt, forgotAt.advanced(by: Self.longestLag) > now { return nil }
        let all = sealed.map { paths.union($0.paths) } ?? paths
        return all.filter { $0 == directory || $0.isBelow(directory) }
    }
}
