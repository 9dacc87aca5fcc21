// SPDX-License-Identifier: Apache-2.0

/// Keeping what a batch removes or replaces, where the share keeps that.
///
/// To keep never stands in the way of mirroring: where the destination is full, or can't rename or link there, the change is
/// made all the same, and told; but for a key that may not delete (`mustKeep`). Any other trouble is the change's, which is
/// then not made.
extension PublishChange {
    /// Gives what is staged its name. What stands there with another content is kept.
    func publish(
        _ staged: Tree.Staged, _ entry: Entry, at path: RelativePath, insteadOf old: CatalogRow?
    ) throws(FileError) -> Tree.Staged? {
        if let keeper, case .present(let there) = try tree.look(at: path), there.entry.kind == .directory {
            do throws(FileError) {
                try keeper.publish(staged, overDirectoryAt: path)
                return nil
            } catch {
                try goOn(without: path, error)
            }
        }
        return try keeping(path, insteadOf: old, by: entry) { () throws(FileError) in
            try tree.publish(staged, at: path, replacingDirectory: true)
        }
    }

    /// Runs `body`, which replaces the file or symbolic link at `path` by `entry`. What is there is kept if it is anything else.
    func keeping<Value>(
        _ path: RelativePath, insteadOf old: CatalogRow?, by entry: Entry, _ body: () throws(FileError) -> Value
    ) throws(FileError) -> Value {
        guard let keeper, case .present(let there) = try tree.look(at: path), isReplaced(there, old, by: entry),
            let version = try link(path, there.entry, keeper)
        else { return try body() }
        do throws(FileError) {
            return try body()
        } catch {
            // Part of it may have been done. What still stands at its place is no former version; where that can't be told,
            // a later run finds it out.
            if case .present(let now)? = try? tree.look(at: path), now.identity == there.identity {
                keeper.unlink(path, there.entry, from: version)
            }
            throw error
        }
    }

    /// Takes what is at `path` out of the tree, as `Destination.remove` does, and keeps it if that is to be; a directory with
    /// the mode and time that are `recorded`, since its own time is that of what was taken out of it.
    func take(
        _ path: RelativePath, recorded: Entry? = nil, because reason: KeptVersion.Reason
    ) throws(FileError) {
        guard let keeper, case .present(let there) = try tree.look(at: path) else {
            try tree.remove(path)
            return
        }
        do throws(FileError) {
            if there.entry.kind == .directory {
                let entry = recorded?.kind == .directory ? recorded : nil
                try keeper.removeDirectory(path, entry ?? there.entry, because: reason)
            } else {
                try keeper.move(
                    path, there.entry.kind, KeptSum(entries: 1, bytes: there.entry.size), because: reason)
            }
        } catch {
            try goOn(without: path, error)
            try tree.remove(path)
        }
    }

    /// Takes a directory out of the tree and the catalog with all that is in it, in one step. False, with nothing done, where
    /// nothing is kept, or that can't be: then it goes entry by entry.
    func takeWhole(_ row: CatalogRow, at path: RelativePath, because reason: KeptVersion.Reason) throws -> Bool {
        guard let keeper, row.entry.kind == .directory, let sum = try sum(of: row, at: path) else { return false }
        // Where it fails the same is tried for each entry by itself, and told there.
        guard (try? keeper.move(path, .directory, sum, because: reason)) != nil else { return false }
        try catalog.forgetBelow(row)
        try catalog.forget(row)
        return true
    }

    /// What a row adds up to with all below it; nil where anything on the disk is not what the catalog has, or where this batch
    /// has moved it here: the one must stay, the other must not go.
    private func sum(of row: CatalogRow, at path: RelativePath) throws -> KeptSum? {
        beat()
        guard !moved.contains(row.id), case .present(let there)? = try? tree.look(at: path),
            row.imprint.isSameEntry(as: there), row.entry.kind == there.entry.kind
        else { return nil }
        var sum = KeptSum(entries: 1, bytes: there.entry.size)
        guard row.entry.kind == .directory else { return sum }
        var children = 0
        var areThere = true
        try catalog.forEachChild(of: row.id) { child in
            guard areThere, let more = try self.sum(of: child, at: path.appending(child.name)) else {
                areThere = false
                return
            }
            sum.add(more)
            children += 1
        }
        // As many names as are known, each of which is there: there is no other.
        return areThere && (try? tree.count(in: path)) == children ? sum : nil
    }

    private func link(
        _ path: RelativePath, _ entry: Entry, _ keeper: any Keeper<Tree.Staged>
    ) throws(FileError) -> KeptVersion? {
        do throws(FileError) {
            return try keeper.link(path, entry)
        } catch {
            try goOn(without: path, error)
            return nil
        }
    }

    /// Notes that what is at `path` can't be kept. Throws the error, where it is none to go on after.
    private func goOn(without path: RelativePath, _ error: FileError) throws(FileError) {
        guard !mustKeep, error.onlyKeepsFromKeeping else { throw error }
        notes.append(.notKept(path, error))
    }

    func isReplaced(_ there: Observed, _ old: CatalogRow?, by entry: Entry) -> Bool {
        switch there.entry.kind {
        case .directory: return false
        case .symbolicLink: return entry.kind != .symbolicLink || entry.target != there.entry.target
        case .file:
            guard let old, old.isUnchanged(there) else { return true }
            return !old.entry.hasSameContent(as: entry)
        }
    }
}

extension FileError {
    /// Whether something can't be kept for a reason that need not stop what replaces or removes it: no space, another file
    /// system mounted there, or one that has no hard links (EPERM of link(2)) or not the renames that it takes.
    fileprivate var onlyKeepsFromKeeping: Bool {
        switch code {
        case .noSpace, .unsupported, .crossDevice: true
        case .permission: operation == "link"
        default: false
        }
    }
}
