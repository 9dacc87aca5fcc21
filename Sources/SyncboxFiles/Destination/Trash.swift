// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The private directory of a destination that keeps what was removed or replaced: one dated directory for each version,
/// and in it every entry at the path that it had.
///
///     <destination>/.syncbox/trash/20261124T225842.123456Z-removed/docs/report.pdf
///
/// It lies on the destination's own file system, so that to keep something is to rename or to link it. It outlives restarts,
/// and tells everything by itself: no record is needed. Every call blocks.
package final class Trash: Sendable {
    private static let name = Array("trash".utf8)

    private let root: Root
    private let staging: Staging

    /// The trash of the destination that is staged by `staging`. Nothing is made before something is kept.
    package init(of staging: Staging) {
        root = staging.root
        self.staging = staging
    }

    /// The versions that there are, the oldest first. Names that are none are somebody else's, and passed over.
    package func versions() throws(FileError) -> [KeptVersion] {
        guard let directory = try openIfPresent() else { return [] }
        return try root.names(in: directory).compactMap { KeptVersion(String(decoding: $0, as: UTF8.self)) }.sorted()
    }

    /// Makes a new version, empty. Throws `.exists` where there is one of that name.
    package func create(_ version: KeptVersion) throws(FileError) -> TrashVersion {
        let own = try root.openPrivate(Staging.reservedName, in: root.directory)
        let directory = try root.openPrivate(Self.name, in: own)
        try root.calls.make("mkdir", nil) {
            withName(version.name.utf8) { outcome(mkdirat(directory.number, $0, 0o700)) }
        }
        return try open(version, in: directory)
    }

    /// Opens a version to read it; nil where there is none of that name.
    package func open(_ version: KeptVersion) throws(FileError) -> TrashVersion? {
        guard let directory = try openIfPresent() else { return nil }
        do throws(FileError) {
            return try open(version, in: directory)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Removes a version with everything in it. Where there is none, nothing is done.
    package func remove(_ version: KeptVersion) throws(FileError) {
        guard let directory = try openIfPresent() else { return }
        do throws(FileError) {
            try staging.remove(Array(version.name.utf8), in: directory)
        } catch  where error.code == .notFound {
            return
        }
    }

    private func open(_ version: KeptVersion, in directory: Descriptor) throws(FileError) -> TrashVersion {
        let opened = try root.open(version.name.utf8, in: directory, O_RDONLY | O_DIRECTORY, path: nil)
        let tree = DestinationTree(root: try Root(opened, of: root), staging: staging)
        return TrashVersion(version: version, tree: tree)
    }

    private func openIfPresent() throws(FileError) -> Descriptor? {
        do throws(FileError) {
            let own = try root.open(Staging.reservedName, in: root.directory, LINUX_O_PATH | O_DIRECTORY, path: nil)
            return try root.open(Self.name, in: own, O_RDONLY | O_DIRECTORY, path: nil)
        } catch  where error.code == .notFound {
            return nil
        }
    }
}
