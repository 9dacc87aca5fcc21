// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles
import Synchronization

extension KeptVersions {
    /// Removes what is too old or too much, the oldest first, and something of what there is where the destination was full.
    /// `shallGoOn` is asked before each version that is counted or goes, which may take a while. Throws the first error after
    /// having tried all; what can't be counted counts as nothing, and goes in its time.
    func sweep(at now: Timestamp, shallGoOn: () -> Bool = { true }) throws(FileError) {
        guard let bounds else { return }
        var failure: FileError?
        countEarlier(shallGoOn, &failure)
        for version in expired(bounds, at: now) {
            guard shallGoOn() else { break }
            do throws(FileError) {
                try trash.remove(version)
                state.withLock { $0.sums[version] = nil }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func expired(_ bounds: KeepBounds, at now: Timestamp) -> [KeptVersion] {
        state.withLock { state in
            state.open = state.open.filter { $0.value.since.duration(to: .now) < Self.longestUse }
            var bounds = bounds
            if state.isPressed {
                // A quarter goes, and more of it for as long as that does not help.
                let bytes = state.sums.reduce(0) { $1.key.isHeld ? $0 : $0 &+ $1.value.bytes }
                bounds.size = min(bounds.size, bytes / 4 * 3)
                state.isPressed = false
            }
            let inUse = Set(state.open.values.map(\.kept.version))
            return bounds.expired(state.sums, at: now).filter { !inUse.contains($0) }
        }
    }

    /// Counts what earlier runs have kept, once.
    private func countEarlier(_ shallGoOn: () -> Bool, _ failure: inout FileError?) {
        while let version = state.withLock({ $0.uncounted.last }) {
            guard shallGoOn() else { return }
            var sum: KeptSum? = KeptSum()
            do throws(FileError) {
                sum = try trash.open(version).map { kept throws(FileError) in try self.sum(of: .root, in: kept) }
            } catch {
                failure = failure ?? error
            }
            state.withLock { state in
                state.sums[version] = sum
                state.uncounted.removeLast()
            }
        }
    }

    /// What a version has in the directory at `path`, with the directory itself.
    func sum(of path: RelativePath, in kept: TrashVersion) throws(FileError) -> KeptSum {
        var sum = KeptSum(entries: path.isRoot ? 0 : 1)
        for item in try kept.tree.list(path) {
            guard case .success(.present(let observed)) = item.look, let inner = try? path.appending(item.name) else {
                continue
            }
            if try dropIfLive(observed, at: inner, in: kept) { continue }
            let isDirectory = observed.entry.kind == .directory
            sum.add(
                isDirectory ? try self.sum(of: inner, in: kept) : KeptSum(entries: 1, bytes: observed.entry.size))
        }
        try kept.tree.restoreModes()
        return sum
    }

    /// Whether what is kept is what still stands at its place: a crash came between keeping and replacing it. It is no
    /// former version then, and is dropped.
    private func dropIfLive(
        _ observed: Observed, at path: RelativePath, in kept: TrashVersion
    ) throws(FileError) -> Bool {
        guard observed.entry.kind != .directory, case .present(let live) = try tree.look(at: path),
            live.identity == observed.identity
        else { return false }
        try tree.unlink(path, from: kept)
        return true
    }
}
