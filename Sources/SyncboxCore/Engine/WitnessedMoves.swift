// SPDX-License-Identifier: Apache-2.0

/// Moves of directories that the watch has told. What is in such a directory was seen all along, so it needs no look; what is
/// in one that was only found at another place must be compared.
struct WitnessedMoves: Sendable {
    /// The most moves that are remembered. Where there are more, none counts as witnessed.
    private static let most = 1000

    /// Where the directory that is now at a path was before.
    private var origins: [RelativePath: RelativePath] = [:]

    /// The directory `from` has become `to`.
    mutating func add(from: RelativePath, to: RelativePath) {
        if origins.count >= Self.most { origins = [:] }
        let origin = origins.removeValue(forKey: from) ?? from
        for (path, before) in origins where path.isBelow(from) {
            origins[path] = nil
            if let path = path.moved(from: from, to: to) { origins[path] = before }
        }
        origins[to] = origin
    }

    /// Whether the watch told that what was at `from` is at `to` now. Forgets it.
    mutating func take(from: RelativePath, to: RelativePath) -> Bool {
        origins.removeValue(forKey: to) == from
    }

    /// Events were lost.
    mutating func removeAll() {
        origins = [:]
    }
}
