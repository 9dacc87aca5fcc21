// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

/// What a commit keeps goes into the trash.
struct VersionKeeper: Keeper {
    let kept: KeptVersions
    /// Whether only its age ends what is kept.
    let isHolding: Bool

    private var tree: DestinationTree { kept.tree }

    func link(_ path: RelativePath, _ entry: Entry) throws(FileError) -> KeptVersion {
        try withVersion(.replaced) { version throws(FileError) in
            try tree.link(path, into: version)
            kept.count(KeptSum(entries: 1, bytes: entry.size), in: version)
            return version.version
        }
    }

    func unlink(_ path: RelativePath, _ entry: Entry, from version: KeptVersion) {
        guard let opened = try? kept.trash.open(version), (try? tree.unlink(path, from: opened)) != nil else { return }
        kept.state.withLock { $0.sums[version]?.subtract(KeptSum(entries: 1, bytes: entry.size)) }
    }

    func move(
        _ path: RelativePath, _ kind: Entry.Kind, _ sum: KeptSum, because reason: KeptVersion.Reason
    ) throws(FileError) {
        try withVersion(reason) { version throws(FileError) in
            try tree.move(path, kind: kind, into: version)
            kept.count(sum, in: version)
        }
    }

    func removeDirectory(
        _ path: RelativePath, _ entry: Entry, because reason: KeptVersion.Reason
    ) throws(FileError) {
        try withVersion(reason) { version throws(FileError) in
            try tree.removeDirectory(path, entry, into: version)
            kept.count(KeptSum(entries: 1), in: version)
        }
    }

    func publish(_ staged: StagedEntry, overDirectoryAt path: RelativePath) throws(FileError) {
        try withVersion(.replaced) { version throws(FileError) in
            try tree.publish(staged, at: path, movingDirectoryInto: version)
            // It is kept, whatever can be found out about it.
            kept.count((try? kept.sum(of: path, in: version)) ?? KeptSum(), in: version)
        }
    }

    private func withVersion<Value>(
        _ reason: KeptVersion.Reason, _ body: (TrashVersion) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        try kept.withVersion(.init(reason: reason, isHeld: isHolding), body)
    }
}
