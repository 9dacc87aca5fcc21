// SPDX-License-Identifier: Apache-2.0

/// Which of the known words somebody meant.
package enum NearestWord {
    /// The longest word that is compared, in bytes; nobody means a key with a longer one.
    static let longestWord = 64

    /// The candidate that differs least from `word`, if it is near enough to be meant: one letter in three may differ.
    package static func to(_ word: String, among candidates: [String]) -> String? {
        guard word.utf8.count <= longestWord else { return nil }
        let distances = candidates.map { (word: $0, distance: distance(Array(word.lowercased().utf8), Array($0.utf8))) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return nearest.distance <= max(1, nearest.word.utf8.count / 3) ? nearest.word : nil
    }

    /// How many letters must be added, removed, replaced or swapped with their neighbour to make one of the other
    /// (the restricted Damerau-Levenshtein distance).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var next = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                next.append(best)
            }
            (beforeLast, last) = (last, next)
        }
        return last[right.count]
    }
}
