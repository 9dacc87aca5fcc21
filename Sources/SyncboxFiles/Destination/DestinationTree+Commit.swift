// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// What a commit asks of a destination beside what `DestinationTree` itself, `Durability` and `Staging` do.
extension DestinationTree: Destination {
    package func stage(_ content: [UInt8], as entry: Entry, keepingOpen: Bool) throws(FileError) -> StagedEntry {
        try staging.stage(content, as: entry, keepingOpen: keepingOpen)
    }

    package func stageLink(_ entry: Entry) throws(FileError) -> StagedEntry { try staging.stageLink(entry) }
    package func shortfall(of staged: StagedEntry) -> Shortfall? { staged.shortfall }
    package func stageIntent(_ note: [UInt8]) throws(FileError) -> StagedEntry { try staging.stageIntent(note) }
    package func intents() throws(FileError) -> [(entry: StagedEntry, note: [UInt8])] { try staging.intents() }
    package func discard(_ staged: StagedEntry) throws(FileError) { try staging.remove(staged) }
    package func count(in path: RelativePath) throws(FileError) -> Int { try names(in: path).count }

    /// Gives the file at `path` another name, a private one (linkat(2)). Throws `.unsupported` where the file system has no hard
    /// links, or no more for this file.
    package func stageHardLink(to path: RelativePath) throws(FileError) -> StagedEntry {
        let name = staging.freshName()
        _ = try withParent(of: path) { parent throws(FileError) in
            try root.calls.make("link", path) {
                withName(path.name) { old in
                    withName(name) { outcome(linkat(parent.number, old, staging.directory.number, $0, 0)) }
                }
            }
        }
        return StagedEntry(name: name, kind: .file, descriptor: nil)
    }

    /// Lets what is at two paths change places, in one step (RENAME_EXCHANGE); in three where the file system lacks it, of
    /// which the first is undone when the second fails.
    package func exchange(_ path: RelativePath, _ other: RelativePath) throws(FileError) {
        try withParent(of: path, and: path) { parent throws(FileError) in
            try withParent(of: other, and: other) { otherParent throws(FileError) in
                do throws(FileError) {
                    try root.rename(
                        path.name, in: parent, to: other.name, in: otherParent, flags: LINUX_RENAME_EXCHANGE,
                        path: other)
                } catch  where error.code == .unsupported {
                    try exchangeInSteps(path, in: parent, other, in: otherParent)
                }
            }
        }
        exchangeModes(path, other)
    }

    private func exchangeInSteps(
        _ path: RelativePath, in parent: Descriptor, _ other: RelativePath, in otherParent: Descriptor
    ) throws(FileError) {
        let aside = staging.freshName()
        let staged = staging.directory
        try root.rename(path.name, in: parent, to: aside, in: staged, flags: 0, path: path)
        do throws(FileError) {
            try root.rename(other.name, in: otherParent, to: path.name, in: parent, flags: 0, path: path)
        } catch {
            try root.rename(aside, in: staged, to: path.name, in: parent, flags: 0, path: path)
            throw error
        }
        try root.rename(aside, in: staged, to: other.name, in: otherParent, flags: 0, path: other)
    }
}
