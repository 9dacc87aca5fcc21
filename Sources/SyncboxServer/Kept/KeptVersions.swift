// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

/// What a share keeps of what was removed and replaced: into which version that goes, and what all of it adds up to.
///
/// What is kept soon after each other for the same reason shares a version, but for what is held. Every call that touches the disk blocks.
final class KeptVersions: Sendable {
    /// How long a version takes more in, after it was begun: as exact as the time of a removal is told.
    static let longestOpen = Duration.seconds(10)
    /// How long a version is left alone by `sweep`, after it was begun: nothing can be on its way into it any more.
    static let longestUse = Duration.seconds(60)
    /// How many names are tried for a new version.
    private static let mostNames = 16

    let trash: Trash
    let tree: DestinationTree
    let state: Mutex<State>

    /// What versions are told apart by, beside their time.
    struct Kind: Hashable {
        let reason: KeptVersion.Reason
        let isHeld: Bool
    }

    /// What is known of the trash.
    struct State {
        var bounds: KeepBounds?
        /// The versions that were begun last.
        var open: [Kind: (kept: TrashVersion, since: ContinuousClock.Instant)] = [:]
        /// The last version that was begun, so that the next one has another name.
        var last: Timestamp?
        var sums: [KeptVersion: KeptSum] = [:]
        /// Versions of earlier runs, which have not been counted yet.
        var uncounted: [KeptVersion] = []
        /// Whether something was kept that has not been synced.
        var hasUnsynced = false
        /// Whether the destination was full, so that something must go.
        var isPressed = false
    }

    /// What `tree`'s trash keeps, from now on within `bounds`; nil to keep nothing more.
    init(of tree: DestinationTree, within bounds: KeepBounds?) throws(FileError) {
        trash = Trash(of: tree.staging)
        self.tree = tree
        state = Mutex(State(bounds: bounds, uncounted: try trash.versions()))
    }

    /// How long and how much is kept; nil where nothing is.
    var bounds: KeepBounds? { state.withLock { $0.bounds } }

    /// Changes that, from the next batch on. With nil what is kept already stays.
    func setBounds(_ bounds: KeepBounds?) {
        state.withLock { $0.bounds = bounds }
    }

    /// What is kept, as far as it has been counted.
    var sum: KeptSum {
        state.withLock { state in state.sums.values.reduce(into: KeptSum()) { $0.add($1) } }
    }

    /// Whether something was kept since this was last set to false.
    var hasUnsynced: Bool {
        get { state.withLock { $0.hasUnsynced } }
        set { state.withLock { $0.hasUnsynced = newValue } }
    }

    /// Notes that the destination is full: what is kept gives way at the next sweep.
    func giveWay() {
        state.withLock { $0.isPressed = true }
    }

    /// Notes that, if any change failed for that reason.
    func giveWay(after outcomes: [Outcome]) {
        let isFull = outcomes.contains { if case .problem(.noSpace, _) = $0 { true } else { false } }
        if isFull { giveWay() }
    }

    /// Gives `body` the version that takes in what is kept now. Where that one can't, because what is kept already is in the
    /// way (`.exists`), or somebody removed it, `body` is run once more with a new one.
    func withVersion<Value>(
        _ kind: Kind, _ body: (TrashVersion) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        let open = state.withLock { $0.open[kind] }
        guard let open, open.since.duration(to: .now) < Self.longestOpen else { return try body(begin(kind)) }
        do throws(FileError) {
            return try body(open.kept)
        } catch  where error.code == .exists || error.isAbsence {
            return try body(begin(kind))
        }
    }

    /// Counts what has been kept in a version.
    func count(_ more: KeptSum, in kept: TrashVersion) {
        state.withLock { state in
            state.sums[kept.version, default: KeptSum()].add(more)
            state.hasUnsynced = true
        }
    }

    private func begin(_ kind: Kind) throws(FileError) -> TrashVersion {
        var failure = FileError(.exists, operation: "mkdir", path: nil)
        for _ in 0..<Self.mostNames {
            do throws(FileError) {
                let kept = try trash.create(nextVersion(kind))
                state.withLock { $0.open[kind] = (kept, .now) }
                return kept
            } catch  where error.code == .exists {
                failure = error
            }
        }
        throw failure
    }

    private func nextVersion(_ kind: Kind) -> KeptVersion {
        state.withLock { state in
            var time = KeptVersion(.now, kind.reason).time
            if let last = state.last, time <= last { time = last.next }
            state.last = time
            return KeptVersion(time, kind.reason, isHeld: kind.isHeld)
        }
    }
}

extension Timestamp {
    /// The next instant that a version's name can tell: a microsecond later.
    fileprivate var next: Timestamp {
        let later = nanoseconds + 1_000
        return later < 1_000_000_000
            ? Timestamp(seconds: seconds, nanoseconds: later) : Timestamp(seconds: seconds + 1, nanoseconds: 0)
    }
}
