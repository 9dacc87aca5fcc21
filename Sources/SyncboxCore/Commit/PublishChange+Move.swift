// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Moves what is recorded at `from` to `path`.
    ///
    ///     recorded at from    on the disk               what is done
    ///     as expected         at from, as recorded      rename, record
    ///     as expected         at path, the same inode   record: the rename was done before, and the record lost
    ///     nothing             at path, as expected      nothing: the whole batch was done before
    ///     anything else                                 nothing: precondition failed
    func move(_ from: RelativePath, to path: RelativePath, expected: Entry) throws -> Outcome {
        guard let row = try catalog.row(at: from) else {
            let isMoved = try catalog.row(at: path)?.entry.isRecorded(as: expected) ?? false
            return isMoved ? .acknowledged : .preconditionFailed
        }
        guard row.entry.isMoved(expected), try isInKnownDirectory(path) else { return .preconditionFailed }
        var replaced = try catalog.row(at: path)
        touchDirectory(of: from)
        touchDirectory(of: path)
        var before: Observed?
        if case .present(let there) = try tree.look(at: from), row.isUnchanged(there) {
            before = there
            if replaced?.entry.kind == .directory, !from.isBelow(path) {
                // At the source another entry stands here by now: what was here before is gone.
                let outcome = try remove(path, because: .replaced)
                guard outcome == .acknowledged else { return outcome }
                replaced = nil
            }
            guard replaced?.entry.kind != .directory else { return .preconditionFailed }
            // A directory can't replace anything in one step.
            if row.entry.kind == .directory, replaced != nil {
                changed.insert(path)
                try take(path, because: .replaced)
            }
            guard try rename(row, from: from, to: path, insteadOf: replaced) else { return .preconditionFailed }
        } else {
            guard !from.isBelow(path), case .present(let there) = try tree.look(at: path),
                row.imprint.isSameEntry(as: there)
            else { return .preconditionFailed }
        }
        changed.formUnion([from, path])
        if row.entry.kind == .file { try removeOtherName(from, of: row) }
        let imprint =
            if let before { try imprint(of: row, at: path, after: before) } else {
                try imprint(of: row.entry, at: path)
            }
        if let replaced {
            try catalog.forgetBelow(replaced)
            try catalog.forget(replaced)
        }
        try catalog.move(row, to: path)
        try catalog.record(row.entry, at: path, imprint: imprint)
        rename(from, to: path)
        if row.entry.kind == .directory { entries.insert(path) }
        return .acknowledged
    }

    /// Removes the name that a file was to be moved from where that is still there: to rename one name of a file over another
    /// does nothing (rename(2)).
    private func removeOtherName(_ from: RelativePath, of row: CatalogRow) throws(FileError) {
        guard case .present(let left) = try tree.look(at: from), row.imprint.isSameEntry(as: left) else { return }
        try tree.remove(from)
    }

    /// Renames on the disk. False when something that Syncbox did not put there is in the way and can't be replaced: an empty
    /// directory can, anything in one is the client's to send beside it.
    private func rename(
        _ row: CatalogRow, from: RelativePath, to path: RelativePath, insteadOf replaced: CatalogRow?
    ) throws -> Bool {
        do {
            try inRemadeDirectories(path) {
                try keeping(path, insteadOf: replaced, by: row.entry) { () throws(FileError) in
                    try tree.move(from, to: path, kind: row.entry.kind)
                }
            }
        } catch let error as FileError where error.code == .exists || error.code == .isDirectory {
            do {
                try take(path, because: .replaced)
            } catch {
                guard error.code == .notEmpty else { throw error }
                return false
            }
            try tree.move(from, to: path, kind: row.entry.kind)
            notes.append(.replaced(path))
        }
        return true
    }
}

extension Entry {
    /// Whether this is what a client calls `expected`. A directory may have got another time meanwhile: moving it is right.
    func isMoved(_ expected: Entry) -> Bool {
        kind == .directory ? expected.kind == .directory : isRecorded(as: expected)
    }

    /// Whether this is what a client calls `expected`, which leaves open what it does not preserve.
    func isRecorded(as expected: Entry) -> Bool {
        isEqual(toObserved: expected) && digest == expected.digest
    }
}
