// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

/// What a commit keeps goes into the trash.
extension KeptVersions: Keeper {
    func link(_ path: RelativePath, _ entry: Entry) throws(FileError) -> KeptVersion {
        try withVersion(.replaced) { kept throws(FileError) in
            try tree.link(path, into: kept)
            count(KeptSum(entries: 1, bytes: entry.size), in: kept)
            return kept.version
        }
    }

    func unlink(_ path: RelativePath, _ entry: Entry, from version: KeptVersion) {
        guard let kept = try? trash.open(version), (try? tree.unlink(path, from: kept)) != nil else { return }
        state.withLock { $0.sums[version]?.subtract(KeptSum(entries: 1, bytes: entry.size)) }
    }

    func move(
        _ path: RelativePath, _ kind: Entry.Kind, _ sum: KeptSum, because reason: KeptVersion.Reason
    ) throws(FileError) {
        try withVersion(reason) { kept throws(FileError) in
            try tree.move(path, kind: kind, into: kept)
            count(sum, in: kept)
        }
    }

    func removeDirectory(
        _ path: RelativePath, _ entry: Entry, because reason: KeptVersion.Reason
    ) throws(FileError) {
        try withVersion(reason) { kept throws(FileError) in
            try tree.removeDirectory(path, entry, into: kept)
            count(KeptSum(entries: 1), in: kept)
        }
    }

    func publish(_ staged: StagedEntry, overDirectoryAt path: RelativePath) throws(FileError) {
        try withVersion(.replaced) { kept throws(FileError) in
            try tree.publish(staged, at: path, movingDirectoryInto: kept)
            // It is kept, whatever can be found out about it.
            count((try? sum(of: path, in: kept)) ?? KeptSum(), in: kept)
        }
    }
}
