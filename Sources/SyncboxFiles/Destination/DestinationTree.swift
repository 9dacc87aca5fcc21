// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// The tree of files that a server writes: each call makes one path so, atomically, and syncs nothing.
///
/// A mirrored directory may lack the permissions that its own server needs (0555, 0000). Such a directory is opened up for
/// its owner when a call meets it; `restoreModes()` puts that right again at the end of a commit. A crash between
/// leaves it opened up, which a comparison with the catalog finds. Every call blocks; one thread at a time may commit.
package final class DestinationTree: Sendable {
    /// The directory that the tree is below.
    package let root: Root
    /// Where entries are made ready.
    package let staging: Staging

    /// The modes that directories had before they were opened up.
    private let opened = Mutex<[RelativePath: UInt16]>([:])

    package init(root: Root, staging: Staging) {
        self.root = root
        self.staging = staging
    }

    /// Gives a staged file or symbolic link its name, replacing the file or link there in one step (rename(2)).
    ///
    /// A directory in the way is `.isDirectory`, unless it is to be replaced: then the two change places in one step
    /// (RENAME_EXCHANGE; two steps where the file system lacks it), and the result is the directory with all that is in it,
    /// to be removed later. After an error the staged entry is still staged.
    package func publish(
        _ staged: StagedEntry, at path: RelativePath, replacingDirectory: Bool = false
    ) throws(FileError) -> StagedEntry? {
        try withParent(of: path, and: path) { parent throws(FileError) in
            do throws(FileError) {
                try root.rename(staged.name, in: staging.directory, to: path.name, in: parent, flags: 0, path: path)
                return nil
            } catch  where error.code == .isDirectory && replacingDirectory {
                return try exchange(staged, with: path, in: parent, was: .directory)
            }
        }
    }

    /// Makes `path` a directory of this mode; what is in one that exists stays. Anything else there is replaced in one step
    /// and removed. The modification time is for `setMetadata` to set once everything in it is in place.
    package func makeDirectory(at path: RelativePath, mode: UInt16) throws(FileError) {
        try withParent(of: path) { parent throws(FileError) in
            do throws(FileError) {
                try root.calls.make("mkdir", path) {
                    withName(path.name) { outcome(mkdirat(parent.number, $0, 0o700)) }
                }
            } catch  where error.code == .exists {
                try replaceByDirectory(path, in: parent)
            }
            try setMode(mode, at: path)
        }
    }

    private func replaceByDirectory(_ path: RelativePath, in parent: Descriptor) throws(FileError) {
        let there = try root.open(path.name, in: parent, LINUX_O_PATH | O_NOFOLLOW, path: path)
        if try root.calls.status(of: there, path: path).kind == .directory { return }
        let staged = try staging.stageDirectory()
        try staging.remove(exchange(staged, with: path, in: parent, was: .file))
    }

    /// Gives a staged entry the name of something of another kind, which is staged afterwards.
    private func exchange(
        _ staged: StagedEntry, with path: RelativePath, in parent: Descriptor, was kind: Entry.Kind
    ) throws(FileError) -> StagedEntry {
        defer { forgetModes(at: path) }
        do throws(FileError) {
            try root.rename(
                staged.name, in: staging.directory, to: path.name, in: parent, flags: LINUX_RENAME_EXCHANGE, path: path)
            return StagedEntry(name: staged.name, kind: kind, descriptor: nil)
        } catch  where error.code == .unsupported {
            let displaced = StagedEntry(name: staging.freshName(), kind: kind, descriptor: nil)
            try root.rename(path.name, in: parent, to: displaced.name, in: staging.directory, flags: 0, path: path)
            try root.rename(
                staged.name, in: staging.directory, to: path.name, in: parent, flags: LINUX_RENAME_NOREPLACE, path: path
            )
            return displaced
        }
    }

    /// Moves what is at `old`, with all below it, to `new`. A file or symbolic link replaces the file or link there; a
    /// directory replaces nothing (`.exists`). Throws `.notFound` when nothing is at `old` or no directory holds `new`.
    package func move(_ old: RelativePath, to new: RelativePath, kind: Entry.Kind) throws(FileError) {
        let flags = kind == .directory ? LINUX_RENAME_NOREPLACE : 0
        try withParent(of: old, and: kind == .directory ? old : nil) { oldParent throws(FileError) in
            try withParent(of: new) { newParent throws(FileError) in
                try root.rename(old.name, in: oldParent, to: new.name, in: newParent, flags: flags, path: new)
            }
        }
        opened.withLock { opened in
            let moved = opened.map { (directory, mode) in (directory.moved(from: old, to: new) ?? directory, mode) }
            opened = Dictionary(moved) { first, _ in first }
        }
    }

    /// Removes a file, a symbolic link or an empty directory. Returns whether anything was there. Throws `.notEmpty`.
    @discardableResult
    package func remove(_ path: RelativePath) throws(FileError) -> Bool {
        do throws(FileError) {
            return try withParent(of: path) { parent throws(FileError) in
                switch try root.unlink(path.name, in: parent, path: path) {
                case .removed: return true
                case .absent: return false
                case .directory:
                    try root.removeDirectory(path.name, in: parent, path: path)
                    forgetModes(at: path)
                    return true
                }
            }
        } catch  where error.isAbsence {
            return false
        }
    }

    /// Sets the owner, attributes, mode and modification time of what is at `path`, without following a symbolic link there; of the root
    /// only the modification time, and no mode of a symbolic link, which has none. Returns what could not be set.
    @discardableResult
    package func setMetadata(_ entry: Entry, at path: RelativePath) throws(FileError) -> Shortfall? {
        try checkMirrored(path)
        let shortfall = path.isRoot ? nil : try setPreserved(entry, at: path)
        if entry.kind != .symbolicLink && !path.isRoot { try setMode(entry.mode, at: path) }
        let there = try openPlace(path)
        try root.setModified(entry.modified, of: there, path: path)
        return shortfall
    }

    private func setPreserved(_ entry: Entry, at path: RelativePath) throws(FileError) -> Shortfall? {
        if entry.owner == nil && entry.attributes == nil { return nil }
        let there = try openPlace(path)
        return try root.setOwner(entry, of: there, path: path).with(root.setAttributes(entry, of: there, path: path))
    }

    func setMode(_ mode: UInt16, at path: RelativePath) throws(FileError) {
        try root.setMode(mode, of: openPlace(path), path: path)
        opened.withLock { $0[path] = nil }
    }

    /// Looks at what is at `path`, as `Root.look(at:)` does, also below directories that their owner can't search.
    package func look(at path: RelativePath) throws(FileError) -> Observation {
        try look(at: path, preserving: root.preserved)
    }

    /// The same, told with what is `preserved`.
    package func look(at path: RelativePath, preserving preserved: Set<Preserve>) throws(FileError) -> Observation {
        do throws(FileError) {
            return try root.observe(openPlace(path), path: path, preserving: preserved)
        } catch  where error.isAbsence {
            return .absent
        }
    }

    /// All names of the directory at `path`, as `Root.list` gives them, also of one that its owner can't read.
    package func list(_ path: RelativePath) throws(FileError) -> [DirectoryEntry] {
        try openingUp(path.ancestors + [path]) { () throws(FileError) in try root.list(path) }
    }

    /// The names alone.
    func names(in path: RelativePath) throws(FileError) -> [[UInt8]] {
        try openingUp(path.ancestors + [path]) { () throws(FileError) in
            try root.names(in: root.open(path, O_RDONLY | O_DIRECTORY))
        }
    }

    /// Opens the file at `path` for copying from it, also when its mode forbids its owner to read it.
    package func openForReading(_ path: RelativePath) throws(FileError) -> ReadingFile {
        do throws(FileError) {
            return try openingUp(path.ancestors) { () throws(FileError) in try root.openForReading(path) }
        } catch  where error.code == .permission {
            let place = try openPlace(path)
            let mode = try root.calls.status(of: place, path: path).stx_mode & 0o7777
            try root.setMode(mode | 0o400, of: place, path: path)
            let file = Result { () throws(FileError) in try root.openFile(path) }
            try root.setMode(mode, of: place, path: path)
            return try ReadingFile(file.get(), path: path, root: root)
        }
    }

    private func openPlace(_ path: RelativePath) throws(FileError) -> Descriptor {
        try openingUp(path.ancestors) { () throws(FileError) in try root.open(path, LINUX_O_PATH | O_NOFOLLOW) }
    }

    /// Puts the modes of all directories right that were opened up since the last call. Throws the first error after having
    /// tried all.
    package func restoreModes() throws(FileError) {
        let modes = opened.withLock { opened in
            defer { opened = [:] }
            return opened.sorted { $0.key > $1.key }
        }
        var failure: FileError?
        // The deepest comes first: what is above it is still open.
        for (path, mode) in modes {
            do throws(FileError) {
                let there = try root.open(path, LINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW)
                try root.setMode(mode, of: there, path: path)
            } catch  where !error.isAbsence {
                failure = failure ?? error
            } catch {}
        }
        if let failure { throw failure }
    }

    /// What was opened up at or below one of two paths is at or below the other now.
    func exchangeModes(_ path: RelativePath, _ other: RelativePath) {
        opened.withLock { opened in
            let moved = opened.map { (directory, mode) in
                (directory.moved(from: path, to: other) ?? directory.moved(from: other, to: path) ?? directory, mode)
            }
            opened = Dictionary(moved) { first, _ in first }
        }
    }

    /// Gives the modes that directories at `path` and below it had before they were opened up, the deepest first, and forgets
    /// them here.
    func takeModes(at path: RelativePath) -> [(directory: RelativePath, mode: UInt16)] {
        defer { forgetModes(at: path) }
        return opened.withLock { opened in
            opened.filter { $0.key == path || $0.key.isBelow(path) }.sorted { $0.key > $1.key }
                .map { (directory: $0.key, mode: $0.value) }
        }
    }

    func forgetModes(at path: RelativePath) {
        opened.withLock { opened in opened = opened.filter { $0.key != path && !$0.key.isBelow(path) } }
    }

    /// Throws `.reserved` for Syncbox's own directory and what is in it.
    private func checkMirrored(_ path: RelativePath) throws(FileError) {
        guard let first = path.components.first, first.elementsEqual(Staging.reservedName) else { return }
        throw FileError(.reserved, operation: "open", path: path)
    }

    /// Runs `body` with the directory that holds `path`, a second time with everything opened up when it was not permitted.
    func withParent<Value>(
        of path: RelativePath, and further: RelativePath? = nil, _ body: (Descriptor) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        try checkMirrored(path)
        let directories = path.ancestors + (further.map { [$0] } ?? [])
        return try openingUp(directories) { () throws(FileError) in try body(root.openParent(of: path)) }
    }

    private func openIfPresent(_ path: RelativePath) throws(FileError) -> Descriptor? {
        do throws(FileError) {
            return try root.open(path, LINUX_O_PATH | O_NOFOLLOW)
        } catch  where error.isAbsence {
            return nil
        }
    }

    private func openingUp<Value>(
        _ directories: [RelativePath], _ body: () throws(FileError) -> Value
    ) throws(FileError) -> Value {
        do throws(FileError) {
            return try body()
        } catch  where error.code == .permission {
            guard try openUp(directories) else { throw error }
            return try body()
        }
    }

    /// Permits the owner everything in those of the directories where something is missing, the upper ones first, and keeps
    /// in mind what was. Returns whether anything was missing. The root is the operator's and stays.
    private func openUp(_ directories: [RelativePath]) throws(FileError) -> Bool {
        var hasOpened = false
        for path in directories where !path.isRoot {
            guard let place = try openIfPresent(path) else { continue }
            let status = try root.calls.status(of: place, path: path)
            guard status.kind == .directory, status.stx_mode & 0o700 != 0o700, status.stx_uid == geteuid() else {
                continue
            }
            try root.setMode(status.stx_mode & 0o7777 | 0o700, of: place, path: path)
            opened.withLock { $0[path] = $0[path] ?? status.stx_mode & 0o7777 }
            hasOpened = true
        }
        return hasOpened
    }
}
