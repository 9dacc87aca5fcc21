// SPDX-License-Identifier: Apache-2.0

/// What could not be given to an entry that stands at its place all the same, and why. It belongs to the entry's path.
package struct Shortfall: Hashable, Sendable {
    /// What the entry goes without.
    package let lacking: Set<Preserve>
    /// What failed.
    package let error: FileError

    package init(lacking: Set<Preserve>, error: FileError) {
        self.lacking = lacking
        self.error = error
    }
}

extension Shortfall? {
    /// Both; the first error is told.
    package func with(_ other: Shortfall?) -> Shortfall? {
        guard let self, let other else { return self ?? other }
        return Shortfall(lacking: self.lacking.union(other.lacking), error: self.error)
    }
}
