// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// The source on the disk, with what in it is not mirrored.
struct Source: SourceTree, Sendable {
    let root: Root
    let rules: SourceRules

    func look(at path: RelativePath) throws(FileError) -> Observation { try root.look(at: path) }
    func list(_ directory: RelativePath) throws(FileError) -> [DirectoryEntry] { try root.list(directory) }
    func read(_ path: RelativePath, limit: Int) throws(FileError) -> FileContent {
        try root.read(path, limit: limit)
    }
    func stillStands() -> Bool { root.stillStands() }

    func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool {
        rules.isIgnored(path, isDirectory: isDirectory)
    }
    func ignoreRules(in directory: RelativePath) -> DirectoryRules { rules.rules(in: directory) }
    func readIgnoreRules(in directory: RelativePath) -> (path: RelativePath, kind: ProblemKind, text: String)? {
        rules.read(in: directory)
    }
    func moveIgnoreRules(from old: RelativePath, to new: RelativePath) { rules.move(from: old, to: new) }
    func forgetIgnoreRules(of directory: RelativePath) { rules.forget(directory) }
}
