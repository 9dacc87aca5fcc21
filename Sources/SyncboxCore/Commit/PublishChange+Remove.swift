// SPDX-License-Identifier: Apache-2.0

extension PublishChange {
    /// Removes what the catalog knows at `path` and below it. What it doesn't know stays, and with it the directories that
    /// lead there; that is told as a problem. What can't be removed stays recorded.
    func remove(_ path: RelativePath, because reason: KeptVersion.Reason = .removed) throws -> Outcome {
        guard let row = try catalog.row(at: path) else { return .acknowledged }
        var left = Left()
        touchDirectory(of: path)
        if try takeWhole(row, at: path, because: reason) { return .acknowledged }
        try removeTree(row, at: path, because: reason, &left)
        if !left.isNothing, left.removed > 0 {
            // A part is gone by now, of which the client knows nothing: it shall look what is left, and ask again.
            left.tell(at: path, to: &notes)
            return .preconditionFailed
        }
        if let problem = left.problem { return .problem(problem.problemKind, problem.description) }
        if left.foreign > 0 {
            left.tell(at: path, to: &notes)
            return .problem(.other, "\(left.foreign) entries that Syncbox did not put there are in the way")
        }
        return .acknowledged
    }

    /// What a removal left behind.
    struct Left {
        /// Entries that Syncbox did not put there.
        var foreign = 0
        /// The first thing that could not be removed.
        var problem: FileError?
        /// How many entries were removed.
        var removed = 0

        /// Whether everything is gone.
        var isNothing: Bool { foreign == 0 && problem == nil }

        func tell(at path: RelativePath, to notes: inout [CommitNote]) {
            if foreign > 0 { notes.append(.kept(path, count: foreign)) }
        }
    }

    /// Removes one row, and before it those below. Returns whether it is gone.
    @discardableResult
    private func removeTree(
        _ row: CatalogRow, at path: RelativePath, because reason: KeptVersion.Reason, _ left: inout Left
    ) throws -> Bool {
        beat()
        if moved.contains(row.id) { return false }
        if try isMovedHere(row, path) {
            try catalog.forgetBelow(row)
            try catalog.forget(row)
            left.removed += 1
            return true
        }
        if row.entry.kind == .directory, try !removeChildren(of: row, at: path, because: reason, &left) {
            directories.insert(path)
            return false
        }
        do {
            try take(path, recorded: row.entry, because: reason)
        } catch  where error.code == .notEmpty {
            left.foreign += (try? tree.count(in: path)) ?? 1
            directories.insert(path)
            return false
        } catch {
            left.problem = left.problem ?? error
            return false
        }
        try catalog.forget(row)
        left.removed += 1
        return true
    }

    private func removeChildren(
        of row: CatalogRow, at path: RelativePath, because reason: KeptVersion.Reason, _ left: inout Left
    ) throws -> Bool {
        var areGone = true
        try catalog.forEachChild(of: row.id) { child in
            areGone = try removeTree(child, at: path.appending(child.name), because: reason, &left) && areGone
        }
        return areGone
    }

    /// Whether what stands here is not the row's entry but one that this batch moves here later: it did so before a crash,
    /// and what the row describes was removed then.
    private func isMovedHere(_ row: CatalogRow, _ path: RelativePath) throws -> Bool {
        guard !moving.isEmpty, case .present(let there) = try tree.look(at: path) else { return false }
        return !row.imprint.isSameEntry(as: there) && moving.contains(there.identity.inode)
    }
}
