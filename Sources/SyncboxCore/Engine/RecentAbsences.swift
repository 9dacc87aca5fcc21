// SPDX-License-Identifier: Apache-2.0

/// Paths that were looked at and found absent. Where the watch then tells that a directory above has moved, it may have moved
/// before the look: then what was missed is at the new place, and no event names it there.
struct RecentAbsences: Sendable {
    /// The most paths that are remembered.
    private static let most = 10_000
    /// How far the watch may be behind what happens, at the most: so long a forgotten path is missed.
    private static let longestLag = Duration.seconds(60)

    private var paths: [RelativePath] = []
    /// When paths were last forgotten to make room.
    private var forgotAt: ContinuousClock.Instant?

    /// Nothing was found at the path.
    mutating func add(_ path: RelativePath, at now: ContinuousClock.Instant) {
        if paths.count >= Self.most {
            paths.removeFirst(Self.most / 2)
            forgotAt = now
        }
        paths.append(path)
    }

    /// Where to look now that `from` has become `to`; nil where that is too much to remember.
    func moved(from: RelativePath, to: RelativePath, at now: ContinuousClock.Instant) -> Set<RelativePath>? {
        if let forgotAt, forgotAt.advanced(by: Self.longestLag) > now { return nil }
        return Set(paths.filter { $0.isBelow(from) }.compactMap { $0.moved(from: from, to: to) })
    }
}
