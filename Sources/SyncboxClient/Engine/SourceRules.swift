// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles
import Synchronization

/// Which entries of the source are not mirrored: the settings' patterns, and the ignore files in the source itself.
///
/// The watcher asks from its own thread which directories need no watch; the engine asks about everything else.
final class SourceRules: Sendable {
    private let root: Root
    private let rules: Mutex<IgnoreRules>

    /// The rules of `settings`, without any of the source's own yet.
    init(_ settings: ClientSettings, root: Root) throws {
        self.root = root
        rules = Mutex(IgnoreRules(base: try Self.base(settings)))
    }

    private static func base(_ settings: ClientSettings) throws -> IgnoreFile {
        try IgnoreFile(settings.ignorePatterns.joined(separator: "\n").utf8)
    }

    /// Takes other patterns from the settings; the source's own are to be read again, by a rescan.
    func reload(_ settings: ClientSettings) throws {
        let base = try Self.base(settings)
        rules.withLock { $0 = IgnoreRules(base: base) }
    }

    /// Whether a directory needs no watch. A directory's parents are asked for before it; the ignore file of one that
    /// needs a watch is read on the way. Blocks.
    func ignores(directory: RelativePath) -> Bool {
        if !directory.isRoot, isIgnored(directory, isDirectory: true) { return true }
        _ = read(in: directory)
        return false
    }

    /// Whether the entry at `path` is not mirrored. Syncbox's own name at the top never is.
    func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool {
        path.isReserved || rules.withLock { $0.isIgnored(path, isDirectory: isDirectory) }
    }

    /// The rules for the entries of one directory that is itself mirrored.
    func rules(in directory: RelativePath) -> DirectoryRules {
        rules.withLock { $0.rules(in: directory) }
    }

    /// Reads the ignore file in `directory`, or forgets the one that was there. One that can't be read, or passes a
    /// limit, is a problem, which is returned; the rules that held before go on to hold. Blocks.
    func read(in directory: RelativePath) -> (path: RelativePath, kind: ProblemKind, text: String)? {
        guard let path = try? directory.appending(IgnoreRules.fileName.utf8) else { return nil }
        do {
            let content = try root.read(path, limit: IgnoreFile.longestFile)
            let file = try IgnoreFile(content.bytes)
            rules.withLock { $0.set(file, in: directory) }
        } catch let error as FileError {
            guard error.isAbsence else { return (path, error.problemKind, error.description) }
            rules.withLock { $0.set(nil, in: directory) }
        } catch {
            return (path, .unsupported, "\(error)")
        }
        return nil
    }

    /// A directory has moved, and takes its rules along.
    func move(from old: RelativePath, to new: RelativePath) {
        rules.withLock { $0.move(from: old, to: new) }
    }

    /// A directory is gone, and its rules with it.
    func forget(_ directory: RelativePath) {
        rules.withLock { $0.removeAll(in: directory) }
    }
}
