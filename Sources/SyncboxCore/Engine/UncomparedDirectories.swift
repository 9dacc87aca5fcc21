// SPDX-License-Identifier: Apache-2.0

/// Directories that a comparison did not find where the record has them. Where one turns up at another place, what it holds has
/// not been compared.
struct UncomparedDirectories: Sendable {
    /// The most that are remembered. Where there are more, every directory counts.
    private static let most = 10_000

    private var paths: Set<RelativePath> = []
    private var areTooMany = false

    /// Whether what the record has at `path` lies in such a directory, or is one.
    func contain(_ path: RelativePath) -> Bool {
        areTooMany || !paths.isEmpty && (path.ancestors + [path]).contains(where: paths.contains)
    }

    /// The directory was not found.
    mutating func insert(_ path: RelativePath) {
        if paths.count < Self.most { paths.insert(path) } else { areTooMany = true }
    }

    /// The directory `from` has become `to`, for the watch; the record may still have it under its old name.
    mutating func moved(from: RelativePath, to: RelativePath) {
        for path in paths { if let path = path.moved(from: from, to: to) { insert(path) } }
    }

    /// Nothing is recorded at the path any more.
    mutating func remove(_ path: RelativePath) {
        paths.remove(path)
    }
}
