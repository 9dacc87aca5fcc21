// SPDX-License-Identifier: Apache-2.0

/// Which directories still have to be compared with the index, entry by entry: the topmost first.
struct RescanCursor {
    /// A directory, and which scan it belongs to.
    private struct Item {
        var directory: RelativePath
        var scan: UInt64
    }

    private var pending: [Item] = []
    /// The scan of the directory that was taken last.
    private var current: UInt64 = 0
    /// How many scans have begun.
    private(set) var begun: UInt64 = 0

    /// Whether something is left to compare.
    var isRunning: Bool { !pending.isEmpty }

    /// Compares `directory` and everything below it.
    mutating func begin(at directory: RelativePath) {
        begun += 1
        // Scans that this one covers end with it.
        var scan = begun
        pending.removeAll { item in
            guard item.directory == directory || item.directory.isBelow(directory) else { return false }
            scan = min(scan, item.scan)
            return true
        }
        pending.append(Item(directory: directory, scan: scan))
    }

    /// Takes the next directory.
    mutating func next() -> RelativePath? {
        guard let item = pending.popLast() else { return nil }
        current = item.scan
        return item.directory
    }

    /// Adds the directories found in the one taken last.
    mutating func descend(into directories: [RelativePath]) {
        pending += directories.reversed().map { Item(directory: $0, scan: current) }
    }

    /// Whether `directory`, or something below it, is still to be compared.
    func isPending(within directory: RelativePath) -> Bool {
        pending.contains { $0.directory == directory || $0.directory.isBelow(directory) }
    }

    /// Whether the scans up to number `scan`, counted from 1, have ended.
    func hasEnded(upTo scan: UInt64) -> Bool {
        pending.allSatisfy { $0.scan > scan }
    }
}
