// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// The changes of a batch, with their contents in the destination's staging directory, where nobody sees them.
///
/// A change that can't be made ready, or published, gets its outcome, and the others go on. Everything here blocks.
struct StagedBatch {
    /// The changes so far, in the batch's order.
    private(set) var changes: [StagedChange<StagedEntry>] = []

    private let share: Share
    private let permissions: Set<ServerSettings.Permission>
    /// How many files were staged: the first ones are kept open, so that a few can be synced one by one.
    private var files = 0
    /// How many bytes of content came with the batch.
    private var contentSize = 0

    init(_ share: Share, permissions: Set<ServerSettings.Permission>) {
        self.share = share
        self.permissions = permissions
    }

    /// One outcome for each change.
    var outcomes: [Outcome] {
        changes.map { change in
            guard let outcome = change.outcome else { preconditionFailure("every change was published or failed") }
            return outcome
        }
    }

    /// Stages one change more, and verifies that its content is what it is said to be.
    mutating func stage(_ change: Change) {
        contentSize += change.inlineSize
        var staged = StagedChange<StagedEntry>(change: change.withoutContent, outcome: refusal(of: change))
        if staged.outcome == nil {
            do throws(FileError) {
                try stage(change, &staged)
            } catch {
                staged.outcome = .problem(error)
            }
        }
        changes.append(staged)
    }

    /// Adds a change whose content has been staged elsewhere, or that needs none.
    mutating func add(_ change: StagedChange<StagedEntry>) {
        var change = change
        change.outcome = change.outcome ?? refusal(of: change.change)
        changes.append(change)
    }

    private func refusal(of change: Change) -> Outcome? {
        if permissions.isDisjoint(with: change.permissions) {
            let words = change.permissions.map(\.rawValue).sorted().joined(separator: " or ")
            return .problem(.forbidden, "the key does not permit to \(words)")
        }
        if change.isReserved { return .problem(.reserved, "the name .syncbox is Syncbox's own") }
        return nil
    }

    private mutating func stage(_ change: Change, _ staged: inout StagedChange<StagedEntry>) throws(FileError) {
        switch change {
        case .put(_, let entry, .inline(let content)):
            guard entry.size == UInt64(content.count), entry.digest == ContentDigest.of(content) else {
                staged.outcome = .problem(.corrupt, "the content that arrived is not what was announced")
                return
            }
            staged.staged = try share.tree.staging.stage(
                content, as: entry, keepingOpen: files < DestinationTree.mostSyncedSingly)
            files += 1
        case .put(_, let entry, .upload(let upload)):
            switch try share.uploads.finish(upload, as: entry) {
            case .ready(let entry): staged.staged = entry
            case .unknown: staged.outcome = .preconditionFailed
            case .corrupt: staged.outcome = .problem(.corrupt, "the upload is not what was announced")
            }
        case .link(_, let entry): staged.staged = try share.tree.staging.stageLink(entry)
        case .makeDirectory, .hardLink, .move, .exchange, .remove, .setMetadata: break
        }
    }

    /// Syncs the staged contents, if the share promises that. What could not be synced must not be published.
    mutating func sync() {
        do throws(FileError) {
            try share.syncContents(changes.filter { $0.outcome == nil }.compactMap(\.staged))
        } catch {
            share.log(error, failing: "the contents of a batch could not be synced")
            for index in changes.indices where changes[index].outcome == nil && changes[index].staged != nil {
                changes[index].outcome = .problem(error)
            }
        }
    }

    /// Publishes and records what is staged, and counts it.
    mutating func publishAndRecord(base: ShareState?) -> CommitResult {
        defer { share.pulse.rest() }
        let result = share.publishAndRecord(&changes, base: base, mustKeep: !permissions.contains(.delete))
        guard result == .committed else { return result }
        share.measure(changes, contentSize: contentSize)
        if outcomes.contains(where: \.isApplied) { share.count(outcomes) }
        share.kept.giveWay(after: outcomes)
        return result
    }

    /// Removes what was staged and not published, and lets go of uploads.
    func discard() {
        for change in changes {
            switch (change.upload, change.staged) {
            case (let upload?, _) where change.isPublished: share.uploads.forget(upload)
            case (let upload?, .some): share.uploads.release(upload)
            case (nil, let staged?): share.remove(staged)
            case (_, nil): break
            }
        }
    }
}
