// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// A server in memory: the requests that a client makes of it, answered by the commit of Core.
final class SimulatedServer: CommitStore {
    let tree: SimulatedDestination
    private(set) var catalog: SimulatedCatalog.Content
    var isDoubtful = false
    /// What was told of last.
    private(set) var noted: [CommitNote] = []
    /// Whether the next transaction can't be recorded.
    var failsToRecord = false

    private var uploads: [UploadID: (content: [UInt8], isLarge: Bool)] = [:]
    private var lastUpload = 0
    /// Catalogs of the past, the oldest first.
    private var copies: [SimulatedCatalog.Content] = []

    init(tree: SimulatedDestination, epoch: UInt64) {
        self.tree = tree
        catalog = SimulatedCatalog.Content(epoch: epoch)
    }

    // MARK: - Requests

    var state: ShareState { catalog.state }

    /// A page of the manifest, of few entries, so that one page is never all.
    func page(after path: RelativePath?) -> ManifestPage {
        let items = catalog.all.filter { item in path.map { $0 < item.path } ?? true }
        return ManifestPage(state: state, items: Array(items.prefix(7)), isLast: items.count <= 7)
    }

    /// Stages the content of a large file.
    func upload(_ content: [UInt8]) -> UploadID? {
        lastUpload += 1
        let id = UploadID("upload\(lastUpload)")
        if let id { uploads[id] = (content, true) }
        return id
    }

    /// Receives a batch. nil where the body is no whole batch; throws where it builds on another state.
    func post(_ body: some Collection<UInt8>) throws(LinkError) -> BatchReply {
        trace("post \(body.count) bytes at \(state.sequence)")
        var decoder = BatchDecoder()
        var changes: [StagedChange<Int>] = []
        do {
            for change in try decoder.decode(body) { changes.append(stage(change)) }
            try decoder.finish()
        } catch {
            discard(changes)
            throw LinkError(kind: .away, reason: "\(error)")
        }
        do {
            _ = try tree.syncContents(of: changes.compactMap(\.staged))
        } catch {
            for index in changes.indices where changes[index].outcome == nil && changes[index].staged != nil {
                changes[index].outcome = .problem(error)
            }
        }
        let result = publishAndRecord(&changes, base: decoder.base)
        discard(changes)
        switch result {
        case .committed: break
        case .conflict: throw LinkError(kind: .otherState, reason: "another state")
        case .failed(_, let text): throw LinkError(kind: .away, reason: text)
        }
        for change in changes { trace("  \(change.change) \(change.outcome.map { "\($0)" } ?? "")") }
        return BatchReply(
            state: state, outcomes: changes.map { $0.outcome ?? .problem(.other, "a change without an outcome") })
    }

    private func stage(_ change: Change) -> StagedChange<Int> {
        var staged = StagedChange<Int>(change: change.withoutContent)
        do throws(FileError) {
            switch change {
            case .put(_, let entry, .inline(let content)):
                precondition(entry.digest == .simulated(content, isLarge: false), "a torn content was sent")
                staged.staged = try tree.stage(content, isLarge: false, as: entry)
            case .put(_, let entry, .upload(let id)):
                guard let upload = uploads[id] else {
                    staged.outcome = .preconditionFailed
                    break
                }
                precondition(entry.digest == .simulated(upload.content, isLarge: true), "a torn upload was announced")
                staged.staged = try tree.stage(upload.content, isLarge: true, as: entry)
            case .link(_, let entry): staged.staged = try tree.stageLink(entry)
            default: break
            }
        } catch {
            staged.outcome = .problem(error)
        }
        return staged
    }

    private func discard(_ changes: [StagedChange<Int>]) {
        for staged in changes.compactMap(\.staged) { _ = try? tree.discard(staged) }
    }

    // MARK: - Accidents

    /// Stops and starts again, and compares the catalog with the destination as after every stop that is no orderly one.
    func restart(withPower isPowerLost: Bool) throws {
        tree.stop(withPower: isPowerLost)
        failsToRecord = false
        uploads = [:]
        isDoubtful = false
        do {
            try checkCatalog()
        } catch {
            // A start that fails is repeated by the service manager until one succeeds.
            tree.failures = 0
            try checkCatalog()
        }
    }

    /// The catalog is lost: the next one has another epoch, and nothing in it.
    func loseCatalog(epoch: UInt64) { catalog = SimulatedCatalog.Content(epoch: epoch) }

    /// The catalog is one of the past.
    func restoreOldCatalog() { if let copy = copies.first { catalog = copy } }

    // MARK: - What a commit asks

    func checkDestination() {}

    func transaction(_ body: (SimulatedCatalog) throws -> Void) throws {
        let transaction = SimulatedCatalog(catalog)
        try body(transaction)
        guard !failsToRecord, !tree.hasStopped else {
            throw FileError(.inputOutput, operation: "commit", path: nil)
        }
        copies.append(catalog)
        if copies.count > 5 { copies.removeFirst() }
        catalog = transaction.content
    }

    func syncEntries(at paths: Set<RelativePath>) throws(FileError) { _ = try tree.syncEntries(at: paths) }
    func beat() {}
    func tell(_ notes: [CommitNote]) { noted = notes }
    func tell(differences: Int) {}

    func outcome(of error: any Error, failing what: String) -> Outcome {
        (error as? FileError).map { .problem($0.problemKind, $0.description) } ?? .problem(.other, what)
    }
}
