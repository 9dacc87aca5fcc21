// SPDX-License-Identifier: Apache-2.0

/// What an audit of the client's side counts while the record is aligned and the source scanned as always.
package struct Differences: Hashable, Sendable {
    /// Entries that the record and the server's catalog had differently.
    package internal(set) var records: UInt64 = 0
    /// Paths of the source that were not as confirmed, beside those that waited to be mirrored anyway.
    package internal(set) var source: UInt64 = 0
}

extension Mirror {
    /// Begins to count differences, and compares the record with the server's catalog, and the source with the record.
    package mutating func beginAudit() throws {
        differences = Differences()
        try record.forgetState()
        state = nil
    }

    /// Ends the count.
    package mutating func endAudit() -> Differences {
        defer { differences = nil }
        return differences ?? Differences()
    }

    /// Counts what a page of the manifest has that the record has differently.
    mutating func countDifferences(in items: [ManifestPage.Item]) throws {
        guard differences != nil else { return }
        let known = try record.confirmed(at: items.map(\.path))
        differences?.records += UInt64(items.count { known[$0.path]?.entry != $0.entry })
    }
}
