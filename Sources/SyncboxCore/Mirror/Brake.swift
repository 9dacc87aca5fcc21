// SPDX-License-Identifier: Apache-2.0

/// Holds deletions back where suspiciously many come at once, until a person lets them go.
///
/// A pure value: the caller tells what is gone, how many entries that stands for, and what became of it.
///
///     seen live ────────────► admits? ──few──► goes ──acknowledged──► counts for a minute
///                                │ many
///     found by a scan ─ ends ─► held ◄── an emptied root, whatever the numbers
///                                │ release ──► goes
///                                └ exists again, recorded no longer ──► forgotten
///
/// What one look finds (a batch; a scan with all of its directories) goes or is held as a whole. While anything is held,
/// every further deletion is held with it: who has lost most of a tree shall not lose the rest a minute later.
package struct Brake<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// When deletions are held: more than `percent` of the confirmed entries *and* more than `count` of them.
    package struct Limits: Hashable, Sendable {
        /// 0 to 100; with 100 nothing is held for its number, since more than everything can't go.
        package var percent: Int
        /// A number of entries.
        package var count: Int
        /// Whether what is gone from an emptied root is held, whatever the numbers.
        package var holdsEmptied: Bool

        package init(percent: Int, count: Int, holdsEmptied: Bool = true) {
            precondition((0...100).contains(percent) && count >= 0)
            self.percent = percent
            self.count = count
            self.holdsEmptied = holdsEmptied
        }

        /// Nothing is ever held.
        package static var off: Limits { Limits(percent: 100, count: 0, holdsEmptied: false) }
    }

    /// Why deletions are held.
    package enum Reason: Hashable, Sendable {
        /// Too many came within a look or a minute.
        case many
        /// The source was found empty, and nobody saw its entries go.
        case emptied
        /// The source is not the directory that was mirrored before: what is missing in it may be elsewhere.
        case otherSource
    }

    /// How long a deletion that went counts.
    package static var window: Duration { .seconds(60) }
    /// The most deletions that are kept by path. Beyond it the rest is found again by a scan, which a release asks for.
    package static var mostHeld: Int { 100_000 }
    /// How finely the window slides: deletions within this time are counted together.
    private static var step: Duration { .seconds(1) }

    /// When deletions are held; may change at any time, and counts from the next decision on.
    package var limits: Limits
    /// Why deletions are held; nil while none are.
    package private(set) var reason: Reason?
    /// What is held.
    package private(set) var held = DeletionSet(limit: mostHeld)
    /// What a scan has found so far, and is decided when it ends.
    private var found = DeletionSet(limit: mostHeld)
    /// What may go without being counted against the limits.
    private var released: Set<RelativePath> = []
    /// Whether everything that goes is released, until the scan has ended.
    package private(set) var isReleasing = false
    /// Whether a scan is under way, or has ended and is not decided yet.
    package private(set) var isScanning = false
    /// What went lately, the oldest first: since when, and how many entries.
    private var recent: [(since: Instant, entries: UInt64)] = []

    /// A brake that holds nothing yet. With `isEngaged` deletions were held when the client ended: whatever the first scan
    /// finds is held.
    package init(limits: Limits, isEngaged: Bool = false) {
        self.limits = limits
        reason = isEngaged ? .many : nil
        isScanning = isEngaged
    }

    /// Whether deletions are held.
    package var isEngaged: Bool { reason != nil }

    /// Whether a scan has found deletions that are not decided yet.
    package var isDeciding: Bool { !found.isEmpty }

    /// Whether the deletion of `path` has been let go by a person, or by the decision about a scan.
    package func isReleased(_ path: RelativePath) -> Bool {
        if isReleasing || released.contains(path) { return true }
        return !released.isEmpty && path.ancestors.contains(where: released.contains)
    }

    /// Whether what one look found, none of it released, may go. Otherwise it is held from now on.
    ///
    /// - `confirmed`: how many entries are confirmed at present; asked for only where it decides.
    package mutating func admits(
        _ deletions: [Deletion], confirmed: () throws -> UInt64, at now: Instant
    ) rethrows -> Bool {
        let entries = deletions.reduce(0) { $0 + $1.entries }
        guard try isEngaged || isTooMany(entries, confirmed: confirmed, at: now) else { return true }
        hold(deletions, .many)
        return false
    }

    private mutating func isTooMany(
        _ entries: UInt64, confirmed: () throws -> UInt64, at now: Instant
    ) rethrows -> Bool {
        recent.removeAll { $0.since.advanced(by: Self.window) <= now }
        let gone = recent.reduce(0) { $0 + $1.entries }
        guard gone + entries > UInt64(limits.count) else { return false }
        return (gone + entries) * 100 > UInt64(limits.percent) * (try confirmed() + gone)
    }

    /// Notes that so many entries are gone at the destination: they count for a minute.
    package mutating func went(_ entries: UInt64, at now: Instant) {
        guard entries > 0 else { return }
        if let last = recent.last, now < last.since.advanced(by: Self.step) {
            recent[recent.count - 1].entries += entries
        } else {
            recent.removeAll { $0.since.advanced(by: Self.window) <= now }
            recent.append((now, entries))
        }
    }

    private mutating func hold(_ deletions: [Deletion], _ why: Reason) {
        guard !deletions.isEmpty else { return }
        held.insert(deletions)
        reason = reason ?? why
    }

    /// Notes that `path` exists, or that nothing is recorded there any more: its deletion is not wanted, or done.
    package mutating func forget(_ path: RelativePath) {
        guard isEngaged || isDeciding || !released.isEmpty else { return }
        released.remove(path)
        found.remove(path)
        held.remove(path)
        disengage()
    }

    /// Notes that everything at and below `path` is recorded elsewhere: it moved.
    package mutating func left(_ path: RelativePath) {
        guard !(held.isEmpty && found.isEmpty && released.isEmpty) else { return }
        held.removeTree(path)
        found.removeTree(path)
        released = released.filter { $0 != path && !$0.isBelow(path) }
        disengage()
    }

    /// Notes that the directory `from` has become `to` in the source.
    package mutating func moved(from: RelativePath, to: RelativePath) {
        held.move(from: from, to: to)
        found.move(from: from, to: to)
        released = Set(released.map { $0.isBelow(from) ? $0.moved(from: from, to: to) ?? $0 : $0 })
    }

    private mutating func disengage() {
        if held.isEmpty, found.isEmpty, !isScanning { reason = nil }
    }
}

extension Brake {
    /// Notes that `directory` and all below it is being compared with what is confirmed: what is held there is found again where
    /// it is still gone, or told by `forget` to be there. What can't be compared stays held.
    package mutating func beginScan(at directory: RelativePath) {
        isScanning = true
        guard directory.isRoot else { return }
        // Of what was too much to keep a new look tells how much it is.
        if held.hasMore { held.removeTree(.root) }
        if found.hasMore { found.removeTree(.root) }
    }

    /// Notes what a scan found to be gone.
    package mutating func found(_ deletions: [Deletion]) {
        found.insert(deletions)
    }

    /// Holds what a scan found to be gone from a root in which nothing is left.
    package mutating func holdEmptied(_ deletions: [Deletion]) {
        hold(deletions, .emptied)
    }

    /// Holds whatever the first scan finds to be gone: the source is another directory than the one that was mirrored.
    package mutating func holdOtherSource() {
        guard limits.holdsEmptied else { return }
        reason = .otherSource
        isScanning = true
    }

    /// Decides about what the scans found, once they have ended and what they found elsewhere has been mirrored, so that
    /// what moved is no deletion any more. Answers the paths that go, and whether a scan has to find further ones.
    ///
    /// - `entries`: how many confirmed entries are at and below a path.
    package mutating func endScan(
        entries: (RelativePath) throws -> UInt64, confirmed: () throws -> UInt64, at now: Instant
    ) rethrows -> (paths: [RelativePath], needsScan: Bool) {
        try found.recount(entries)
        try held.recount(entries)
        isScanning = false
        isReleasing = false
        defer {
            found = DeletionSet(limit: Self.mostHeld)
            disengage()
        }
        if try isEngaged || isTooMany(found.entries, confirmed: confirmed, at: now) {
            held.formUnion(found)
            if !held.isEmpty { reason = reason ?? .many }
            return ([], false)
        }
        released.formUnion(found.paths)
        went(found.entries, at: now)
        return (found.paths, found.hasMore)
    }

    /// Lets everything go that is held. Answers the paths, and whether a scan has to find further ones.
    package mutating func release() -> (paths: [RelativePath], needsScan: Bool) {
        let needsScan = held.hasMore || found.hasMore
        let paths = held.paths + found.paths
        released.formUnion(paths)
        held = DeletionSet(limit: Self.mostHeld)
        found = held
        isReleasing = isScanning || needsScan
        reason = nil
        return (paths, needsScan)
    }
}

extension Brake {
    /// What is held, for people; nil while nothing is. `confirmed` is how many entries are confirmed.
    package func text(confirmed: UInt64) -> String? {
        let more = held.hasMore ? "more than " : ""
        return switch reason {
        case nil: nil
        case .many: "\(more)\(held.entries) of \(confirmed) entries would go"
        case .otherSource:
            "the source is another directory than before; \(more)\(held.entries) of \(confirmed) entries would go"
        case .emptied: "the source was found empty; \(more)\(held.entries) of \(confirmed) entries would go"
        }
    }
}
