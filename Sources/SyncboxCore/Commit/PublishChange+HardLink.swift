// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Makes `path` another name of the file that is recorded at `existing`.
    ///
    ///     recorded at existing    on the disk                        what is done
    ///     as expected             at existing, as recorded           link under a private name, rename, record
    ///     as expected             the same file at both places       record: it was done before
    ///     anything else                                              nothing: precondition failed
    func hardLink(_ path: RelativePath, to existing: RelativePath, expected: Entry) throws -> Outcome {
        guard try isInKnownDirectory(path), let row = try catalog.row(at: existing), row.entry.kind == .file,
            row.entry.isRecorded(as: expected), case .present(let there) = try tree.look(at: existing),
            row.isUnchanged(there)
        else { return .preconditionFailed }
        let old = try catalog.row(at: path)
        touchDirectory(of: path)
        let found = try tree.look(at: path)
        if case .present(let same) = found, same.identity == there.identity {
            // rename(2) of two names of one file does nothing, and leaves both.
        } else {
            if old == nil, found != .absent { notes.append(.replaced(path)) }
            try publishLink(to: existing, row.entry, at: path, insteadOf: old)
            changed.insert(path)
        }
        let imprint = try imprint(of: row, at: path, after: there)
        if let old { try catalog.forgetBelow(old) }
        try catalog.record(row.entry, at: path, imprint: imprint)
        // Its inode has changed with the number of its names.
        try catalog.record(row.entry, at: existing, imprint: imprint)
        return .acknowledged
    }

    private func publishLink(
        to existing: RelativePath, _ entry: Entry, at path: RelativePath, insteadOf old: CatalogRow?
    ) throws {
        let staged = try tree.stageHardLink(to: existing)
        do {
            let displaced = try inRemadeDirectories(path) {
                try publish(staged, entry, at: path, insteadOf: old)
            }
            if let displaced { self.displaced.append(displaced) }
        } catch {
            // It is only a name: what it names stays.
            try? tree.discard(staged)
            throw error
        }
    }
}
