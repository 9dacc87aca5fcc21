// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon

extension Engine {
    /// How often a manifest is begun again because the catalog changed meanwhile, before the link is given a rest.
    private static let mostRestarts = 5

    /// Brings the index in line with the server's catalog: one number when nothing was lost, page by page otherwise.
    func align() async throws {
        defer {
            isAligning = false
            wakeUps.wake()
        }
        do {
            rest()
            let server = try await link.state()
            if try index.state != server { try await takeManifest() }
            linkUp()
            state = try index.state
            hasAligned = true
            if parts.settings.startup == .push, !hasScanned { try index.forgetContents() }
        } catch let error as LinkError {
            linkDown(error)
        }
    }

    /// Takes over the whole manifest, from one state of the catalog, and compares the source with it.
    private func takeManifest() async throws {
        parts.logger.log(
            .aligning, .notice, "the index is not in line with the server: reading what the server has")
        for _ in 0..<Self.mostRestarts {
            if let aligned = try await takePages() {
                try index.finishAligning(aligned)
                // At first, what is there already is not compared where only what happens from now on counts.
                if hasScanned, hasAligned || parts.settings.startup != .watch { rescan.begin(at: .root) }
                return
            }
        }
        throw LinkError(kind: .away, reason: "the server's catalog keeps changing: somebody else writes to the share")
    }

    /// Takes over page after page; nil when the catalog changed between two of them.
    private func takePages() async throws -> ShareState? {
        try index.beginAligning()
        var page = try await link.manifest(after: nil)
        let first = page.state
        while page.state == first {
            try index.align(page.items)
            parts.pulse.beat()
            guard !page.isLast, let last = page.items.last else { return first }
            page = try await link.manifest(after: last.path)
        }
        return nil
    }

    /// Notes that the server answered.
    func linkUp() {
        if linkState.succeeded() { parts.logger.log(.linkUp, .notice, "the link to the server stands again") }
    }

    /// Notes that a request failed: everything that needs the link waits for one backoff.
    func linkDown(_ error: LinkError) {
        if error.kind == .otherState { state = nil }
        let chance = Double.random(in: 0..<1)
        if linkState.failed(error.reason, at: .now, chance: chance) {
            parts.logger.log(.linkDown, .warning, "\(error.reason); nothing is lost, trying again")
        }
    }
}
