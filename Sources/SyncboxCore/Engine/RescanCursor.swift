// SPDX-License-Identifier: Apache-2.0

/// Which directories still have to be compared with the index, entry by entry: the topmost first.
struct RescanCursor {
    private var pending: [RelativePath] = []

    /// Whether something is left to compare.
    var isRunning: Bool { !pending.isEmpty }

    /// Compares `directory` and everything below it.
    mutating func begin(at directory: RelativePath) {
        pending.removeAll { $0 == directory || $0.isBelow(directory) }
        pending.append(directory)
    }

    /// Takes the next directory.
    mutating func next() -> RelativePath? {
        pending.popLast()
    }

    /// Adds the directories found in the one taken last.
    mutating func descend(into directories: [RelativePath]) {
        pending += directories.reversed()
    }

    /// The directory `from` has become `to`: what was to be compared below it is now below `to`.
    mutating func moved(from: RelativePath, to: RelativePath) {
        pending = pending.map { $0.moved(from: from, to: to) ?? $0 }
    }
}
