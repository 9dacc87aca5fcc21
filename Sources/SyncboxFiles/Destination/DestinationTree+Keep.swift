// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Taking entries out of the tree without losing them. Each of these throws `.exists`, with nothing done, where the version
/// keeps something already that is in the way: another version must take it then.
extension DestinationTree {
    /// Gives the file or symbolic link at `path` a second name in the trash (linkat(2)), so that it stays when the first one
    /// gets another content. Throws `.unsupported` or `.permission` where the file system has no hard links.
    package func link(_ path: RelativePath, into kept: TrashVersion) throws(FileError) {
        try withParent(of: path) { parent throws(FileError) in
            let place = try kept.openPlace(of: path)
            try root.calls.make("link", path) {
                withName(path.name) { outcome(linkat(parent.number, $0, place.number, $0, 0)) }
            }
        }
    }

    /// Takes back what `link` did.
    package func unlink(_ path: RelativePath, from kept: TrashVersion) throws(FileError) {
        _ = try root.unlink(path.name, in: kept.tree.root.openParent(of: path), path: path)
    }

    /// Moves what is at `path` into the trash, a directory with all that is in it, in one step.
    package func move(_ path: RelativePath, kind: Entry.Kind, into kept: TrashVersion) throws(FileError) {
        try withParent(of: path, and: kind == .directory ? path : nil) { parent throws(FileError) in
            let place = try kept.openPlace(of: path)
            try root.rename(
                path.name, in: parent, to: path.name, in: place, flags: LINUX_RENAME_NOREPLACE, path: path)
        }
        for (directory, mode) in takeModes(at: path) { try kept.tree.setMode(mode, at: directory) }
    }

    /// Removes the empty directory `entry` at `path`, and keeps one like it. Throws `.notEmpty`.
    package func removeDirectory(_ path: RelativePath, _ entry: Entry, into kept: TrashVersion) throws(FileError) {
        _ = try kept.openPlace(of: path)
        try kept.makeWay(path)
        try remove(path)
        try kept.turnWay(path, into: entry)
    }

    /// Gives a staged entry the name of a directory, which is in the trash afterwards with all that is in it, in one step
    /// (RENAME_EXCHANGE; throws `.unsupported` where the file system lacks that). The staged entry goes to the trash first:
    /// a crash between leaves it there, and nothing is lost. After an error it is still staged.
    package func publish(
        _ staged: StagedEntry, at path: RelativePath, movingDirectoryInto kept: TrashVersion
    ) throws(FileError) {
        try withParent(of: path, and: path) { parent throws(FileError) in
            let place = try kept.openPlace(of: path)
            try root.rename(
                staged.name, in: staging.directory, to: path.name, in: place, flags: LINUX_RENAME_NOREPLACE, path: path)
            do throws(FileError) {
                try root.rename(
                    path.name, in: place, to: path.name, in: parent, flags: LINUX_RENAME_EXCHANGE, path: path)
            } catch {
                try root.rename(path.name, in: place, to: staged.name, in: staging.directory, flags: 0, path: path)
                throw error
            }
        }
        for (directory, mode) in takeModes(at: path) { try kept.tree.setMode(mode, at: directory) }
    }
}
