// SPDX-License-Identifier: Apache-2.0

/// Files of which the watch told that they were written to, and that were not looked at since.
///
/// A rename changes a file's change time, so that after it a look can't tell whether the content is the confirmed one: size
/// and modification time can be what they were. What was written before the rename, or after it, the watch has told.
struct WrittenFiles: Sendable {
    /// The most that are remembered. Where there are more, all are forgotten: then size and modification time must do.
    private static let most = 10_000

    private var paths: Set<RelativePath> = []

    /// Whether the file at `path` is one.
    func contain(_ path: RelativePath) -> Bool { paths.contains(path) }

    /// The file was written to.
    mutating func insert(_ path: RelativePath) {
        if paths.count >= Self.most { paths = [] }
        paths.insert(path)
    }

    /// The file is looked at. Whether it had been written to.
    mutating func remove(_ path: RelativePath) -> Bool {
        !paths.isEmpty && paths.remove(path) != nil
    }

    /// The directory `from` has become `to`.
    mutating func moved(from: RelativePath, to: RelativePath) {
        for path in paths {
            guard let new = path.moved(from: from, to: to) else { continue }
            paths.remove(path)
            paths.insert(new)
        }
    }
}
