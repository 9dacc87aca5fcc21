// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Making durable what the other calls did. No error is swallowed: after one, nothing is known about what was written
/// since the last success, and the same data must be written again (fsync(2), "Notes" on errors).
///
/// A commit stages everything, calls `syncContents`, publishes everything, calls `syncEntries` with each path that it set the
/// metadata of and each directory in which a name changed, and only then records and acknowledges.
extension DestinationTree {
    /// Up to this many files are synced one by one. Beyond it the whole file system is cheaper (measured on ext4: 4 files
    /// 1.0 ms one by one and 0.5 ms at once, 128 files 30 ms and 2 ms), but it also waits for what other programs wrote.
    package static let mostSyncedSingly = 4

    /// Makes the contents of staged files durable, with their modes and times. Those staged without `keepingOpen` are
    /// reached through the file system. Returns how many calls that took.
    @discardableResult
    package func syncContents(of staged: [StagedEntry]) throws(FileError) -> Int {
        let files = staged.filter { $0.kind == .file }
        if files.isEmpty { return 0 }
        let open = files.compactMap(\.descriptor)
        guard open.count == files.count, open.count <= Self.mostSyncedSingly else {
            try syncFileSystem()
            return 1
        }
        for file in open { try root.fsync(file, path: nil) }
        return open.count
    }

    /// Makes durable what is at these paths: the names in a directory, the mode and time of a file or directory. What is at none
    /// of them any more needs nothing. Returns how many calls that took.
    @discardableResult
    package func syncEntries(at paths: Set<RelativePath>) throws(FileError) -> Int {
        guard paths.count <= Self.mostSyncedSingly else {
            try syncFileSystem()
            return 1
        }
        var count = 0
        for path in paths {
            do throws(FileError) {
                try root.fsync(root.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), path: path)
                count += 1
            } catch  where error.code == .notFound {
                continue
            } catch  where error.operation == "open" {
                // A symbolic link, or a mode that forbids reading: only the file system as a whole can be asked.
                try syncFileSystem()
                return count + 1
            }
        }
        return count
    }

    /// Makes everything durable that was written to the destination's file system, by whomever (syncfs(2); it reports
    /// errors of earlier writing since Linux 5.8).
    package func syncFileSystem() throws(FileError) {
        try root.calls.make("syncfs", nil) { outcome(syncfs(root.directory.number)) }
    }
}

extension Root {
    /// Makes something open durable, with all its metadata (fsync(2)).
    func fsync(_ descriptor: Descriptor, path: RelativePath?) throws(FileError) {
        try calls.make("fsync", path) { outcome(CLinux.fsync(descriptor.number)) }
    }
}
