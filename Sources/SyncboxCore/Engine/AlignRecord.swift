// SPDX-License-Identifier: Apache-2.0

/// Bringing the record in line with the server's catalog: one number when nothing was lost, page by page otherwise.
///
///     state ─► the same: done
///           └► another: page ─► page ─► ... ─► last page: done
///                         └─ of another state than the first: begin again
extension Mirror {
    /// What to do next.
    package enum Alignment: Hashable, Sendable {
        /// Nothing: the record is in line.
        case done
        /// Ask for the page of the manifest behind this path, nil for the first, and go on with `aligned(with:from:at:)`.
        case needsPage(after: RelativePath?)
    }

    /// How often a manifest is begun again because the catalog changed meanwhile, before the link is given a rest.
    private static var mostRestarts: Int { 5 }

    /// The server told its state.
    package mutating func aligned(with server: ShareState, at now: Instant) throws -> Alignment {
        if try record.state == server {
            try endAligning(now)
            return .done
        }
        tell(.aligning)
        state = nil
        try record.beginAligning()
        return .needsPage(after: nil)
    }

    /// A page of the manifest came. `progress` is what earlier pages of it left behind, and begins empty.
    package mutating func aligned(
        with page: ManifestPage, _ progress: inout ManifestProgress, at now: Instant
    ) throws -> Alignment {
        let first = progress.state ?? page.state
        guard page.state == first else { return try restart(&progress, at: now) }
        progress.state = first
        try countDifferences(in: page.items)
        try record.align(page.items)
        if !page.isLast, let last = page.items.last { return .needsPage(after: last.path) }
        try record.finishAligning(first)
        // What a comparison that is under way has compared so far, it compared with another record. At first, what is there
        // already is not compared where only what happens from now on counts.
        if hasAligned || startup != .watch { beginScan(at: .root) }
        try endAligning(now)
        return .done
    }

    private mutating func restart(_ progress: inout ManifestProgress, at now: Instant) throws -> Alignment {
        progress.state = nil
        progress.restarts += 1
        guard progress.restarts < Self.mostRestarts else {
            let reason = "the server's catalog keeps changing: somebody else writes to the share"
            failAligning(LinkError(kind: .away, reason: reason), at: now)
            return .done
        }
        try record.beginAligning()
        return .needsPage(after: nil)
    }

    private mutating func endAligning(_ now: Instant) throws {
        linkUp(at: now)
        state = try record.state
        isAligning = false
        if startup == .push, !hasScanned { try record.forgetContents() }
        hasAligned = true
    }

    /// A request failed on the way. What was taken over so far is taken over again, after the link's backoff.
    package mutating func failAligning(_ error: LinkError, at now: Instant) {
        isAligning = false
        linkDown(error, at: now)
    }
}

/// How far a manifest has been taken over.
package struct ManifestProgress: Sendable {
    /// The state that the first page showed.
    fileprivate var state: ShareState?
    fileprivate var restarts = 0

    package init() {}
}
