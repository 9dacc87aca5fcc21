// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Lets what is recorded at two paths change places.
    ///
    ///     on the disk                              what is done
    ///     each at its place, as recorded           exchange, record
    ///     each at the other's place                record: the exchange was done before, and the record lost
    ///     each recorded at the other's place       nothing: the whole batch was done before
    ///     anything else                            nothing: precondition failed
    func exchange(
        _ path: RelativePath, _ other: RelativePath, expected: Entry, _ otherEntry: Entry
    ) throws -> Outcome {
        guard let row = try catalog.row(at: path), let otherRow = try catalog.row(at: other) else {
            return .preconditionFailed
        }
        if expected != otherEntry, row.entry.isRecorded(as: otherEntry), otherRow.entry.isRecorded(as: expected) {
            return .acknowledged
        }
        guard row.entry.isMoved(expected), otherRow.entry.isMoved(otherEntry),
            case .present(let there) = try tree.look(at: path), case .present(let otherThere) = try tree.look(at: other)
        else { return .preconditionFailed }
        touchDirectory(of: path)
        touchDirectory(of: other)
        let isDone = !row.isUnchanged(there) || !otherRow.isUnchanged(otherThere)
        if !isDone {
            changed = [path, other]
            try tree.exchange(path, other)
        } else {
            guard row.imprint.isSameEntry(as: otherThere), otherRow.imprint.isSameEntry(as: there) else {
                return .preconditionFailed
            }
        }
        try catalog.exchange(row, otherRow)
        for (row, place, before) in [(row, other, there), (otherRow, path, otherThere)] {
            let imprint = try isDone ? imprint(of: row.entry, at: place) : imprint(of: row, at: place, after: before)
            try catalog.record(row.entry, at: place, imprint: imprint)
            if row.entry.kind == .directory { entries.insert(place) }
        }
        exchangeKnown(path, other)
        return .acknowledged
    }

    /// Notes that what was known to be at or below one path is at the other now, and the reverse.
    private func exchangeKnown(_ path: RelativePath, _ other: RelativePath) {
        let renamed = { (known: RelativePath) in
            known.moved(from: path, to: other) ?? known.moved(from: other, to: path) ?? known
        }
        directories = Set(directories.map(renamed))
        entries = Set(entries.map(renamed)).union([path, other].filter(entries.contains))
    }
}
