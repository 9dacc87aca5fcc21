// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Notes of what is about to get a name, so that after a crash it is known whose the new names are.
///
/// A note is the target of a symbolic link in the staging directory. Making a link is metadata like the renames that come
/// after it, and journaling file systems never keep the later without the earlier: a note needs no sync of its own.
extension Staging {
    private static let intentPrefix = Array("i-".utf8)

    /// Keeps a note, of 1 to `Intent.longestNote` bytes without a NUL, until it is removed: across crashes too.
    package func stageIntent(_ note: [UInt8]) throws(FileError) -> StagedEntry {
        let name = Self.intentPrefix + freshName()
        try root.calls.make("symlink", nil) {
            withName(note) { note in withName(name) { outcome(symlinkat(note, directory.number, $0)) } }
        }
        return StagedEntry(name: name, kind: .symbolicLink, descriptor: nil)
    }

    /// The notes that are kept, in no order.
    package func intents() throws(FileError) -> [(entry: StagedEntry, note: [UInt8])] {
        var found: [(StagedEntry, [UInt8])] = []
        for name in try root.names(in: directory) where Self.isIntent(name) {
            let link = try root.open(name, in: directory, LINUX_O_PATH | O_NOFOLLOW, path: nil)
            if case .present(let observed) = try root.observe(link, path: nil) {
                found.append((StagedEntry(name: name, kind: .symbolicLink, descriptor: nil), observed.entry.target))
            }
        }
        return found
    }

    /// Whether a name of the staging directory is a note's, which a sweep leaves.
    static func isIntent(_ name: [UInt8]) -> Bool {
        name.starts(with: intentPrefix)
    }
}
