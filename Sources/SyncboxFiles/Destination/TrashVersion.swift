// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// One dated directory of the trash, and what is kept in it.
///
/// What was kept is never put into something that was kept before: the directories that lead to a path are the version's
/// own, made for that and marked by the sticky bit, until a directory that is kept itself takes over.
package final class TrashVersion: Sendable {
    /// The mode of a directory that only leads to what is kept.
    private static let wayMode: UInt16 = 0o1700

    /// When, and why.
    package let version: KeptVersion
    /// What is kept, each entry at the path that it had.
    package let tree: DestinationTree

    /// The directories that were made by this object, and only lead to what is kept.
    private let ways = Mutex<Set<RelativePath>>([])

    init(version: KeptVersion, tree: DestinationTree) {
        self.version = version
        self.tree = tree
    }

    /// Whether `entry`, found in the version's tree, only leads to what is kept.
    package static func isWay(_ entry: Entry) -> Bool {
        entry.kind == .directory && entry.mode == wayMode
    }

    /// Opens the directory that is to hold what is kept of `path`, made where it is missing. Throws `.exists` where what is
    /// kept already is in the way.
    func openPlace(of path: RelativePath) throws(FileError) -> Descriptor {
        for directory in path.ancestors where !directory.isRoot { try makeWay(directory) }
        return try tree.root.openParent(of: path)
    }

    /// Makes a directory that leads to what is kept, unless it was made before.
    func makeWay(_ path: RelativePath) throws(FileError) {
        if ways.withLock({ $0.contains(path) }) { return }
        let parent = try tree.root.openParent(of: path)
        try tree.root.calls.make("mkdir", path) {
            withName(path.name) { outcome(mkdirat(parent.number, $0, mode_t(Self.wayMode))) }
        }
        ways.withLock { _ = $0.insert(path) }
    }

    /// Makes a directory that led to what is kept one that is kept itself: nothing is put into it any more.
    func turnWay(_ path: RelativePath, into entry: Entry) throws(FileError) {
        ways.withLock { ways in ways = ways.filter { $0 != path && !$0.isBelow(path) } }
        try tree.setMetadata(entry, at: path)
    }
}
