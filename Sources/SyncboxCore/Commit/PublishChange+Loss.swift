// SPDX-License-Identifier: Apache-2.0

/// What a key that may write, but not delete, can't do: take a content away that nothing keeps.
extension PublishChange {
    /// The outcome of a change that would; nil for any other. What is kept is not lost: so where the share keeps, nothing is
    /// refused here, and what then can't be kept is not removed or replaced.
    func refusal(of staged: StagedChange<Tree.Staged>) throws -> Outcome? {
        guard mustKeep, keeper == nil else { return nil }
        // What is optional does nothing where something is recorded.
        if staged.isOptional, try catalog.row(at: staged.change.path) != nil { return nil }
        guard try loses(staged.change) else { return nil }
        let what = if case .remove = staged.change { "delete" } else { "replace what is there" }
        return .problem(.forbidden, "the key does not permit to \(what), since the share keeps nothing of it")
    }

    private func loses(_ change: Change) throws -> Bool {
        switch change {
        case .put(let path, let entry, _), .link(let path, let entry), .makeDirectory(let path, let entry):
            try replaces(path, by: entry)
        case .move(let path, let from, let expected): try replaces(path, by: expected, from: from)
        case .hardLink(let path, let existing, let expected): try replaces(path, by: expected, from: existing)
        case .remove(let path): try catalog.row(at: path) != nil
        case .exchange, .setMetadata: false
        }
    }

    /// Whether anything else than `entry` is at `path`; `source` is where that comes from, if it is there already. What a crash
    /// has left unvouched may be what is sent again.
    private func replaces(_ path: RelativePath, by entry: Entry, from source: RelativePath? = nil) throws -> Bool {
        guard case .present(let there) = try tree.look(at: path) else { return false }
        if let row = try source.flatMap(catalog.row), row.imprint.isSameEntry(as: there) { return false }
        if there.entry.kind == .directory { return source != nil || entry.kind != .directory }
        let old = try catalog.row(at: path)
        if let old, !old.entry.isVouched { return false }
        return isReplaced(there, old, by: entry)
    }
}
