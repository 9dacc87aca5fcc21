// SPDX-License-Identifier: Apache-2.0

extension Mirror {
    /// How long a tree that is not wholly watched goes unlooked at.
    package static var sweepInterval: Duration { .seconds(60) }

    /// Takes what the watch saw: each event only says where to look. Throws `SourceGone`.
    package mutating func take(_ events: [WatchEvent], at now: Instant) throws {
        let again = Set(events.compactMap { event in if case .unwatched(let path, _, _) = event { path } else { nil } })
        for event in events { forgetUnwatched(event, besides: again) }
        for event in events { try take(event, at: now) }
    }

    /// A directory is watched anew, or gone. What of it is not watched this time is told together with it, in no order.
    private mutating func forgetUnwatched(_ event: WatchEvent, besides again: Set<RelativePath>) {
        switch event {
        case .newDirectory(let path), .directoryGone(let path): problems.clear(unwatchedIn: path, besides: again)
        case .lostTrack: problems.clear(unwatchedIn: .root, besides: again)
        default: break
        }
    }

    private mutating func take(_ event: WatchEvent, at now: Instant) throws {
        switch event {
        case .touched(let path, let how): touched(path, how, at: now)
        case .newDirectory(let path):
            if path.isRoot, !isWatching { try startsToMirror(at: now) }
            settled(path, at: now)
            beginRescan(at: path)
        case .directoryMoved(let from, let to): moved(from: from, to: to, at: now)
        case .directoryGone(let path):
            settled(path, at: now)
            source.forgetIgnoreRules(of: path)
        case .unmounted(let path): unmounted(path)
        case .lostTrack:
            tell(.lostTrack)
            counters.overflows += 1
            witnessed.removeAll()
            beginRescan(at: .root)
        case .unwatched(let path, let kind, let text): unwatched(path, kind, text, at: now)
        case .rootGone: throw SourceGone()
        case .reached(let mark):
            barriers.reached(mark)
            absences.reached(mark)
            compared.reached(mark)
        }
    }

    /// The watches stand: from now on nothing that happens in the source is missed.
    private mutating func startsToMirror(at now: Instant) throws {
        isWatching = true
        try checkSource(at: now)
        tell(.watching)
    }

    /// Something was made, moved or removed at `path` as a whole; its directory's modification time changed with it.
    private mutating func settled(_ path: RelativePath, at now: Instant) {
        queue.touch(path, .atOnce, at: now)
        if let parent = path.parent { queue.touch(parent, .atOnce, at: now) }
    }

    private mutating func touched(_ path: RelativePath, _ how: WatchEvent.Touch, at now: Instant) {
        if path.name.elementsEqual(IgnoreRules.fileName.utf8), let directory = path.parent {
            readRules(in: directory, at: now)
            tell(.watch(directory))
        }
        switch how {
        case .closed:
            written.insert(path)
            queue.touch(path, .atOnce, at: now)
        case .modified:
            written.insert(path)
            queue.touch(path, .whenQuiet, at: now)
        case .removed, .movedHere: settled(path, at: now)
        case .attributes:
            queue.touch(path, .atOnce, at: now)
            // A directory that could not be read may have become readable.
            if problems.contains(path) { tell(.watch(path)) }
        case .created, .movedAway:
            // What is made is written next. Where a name went may be in the next read of the watch: both make one move.
            settled(path.parent ?? .root, at: now)
            queue.touch(path, .whenQuiet, at: now)
        }
    }

    /// Where `from` and `to` are the same it was away for a while.
    private mutating func moved(from: RelativePath, to: RelativePath, at now: Instant) {
        if from != to { renamed(from: from, to: to, at: now) }
        if let missed = absences.within(from, at: now) {
            for path in missed.compactMap({ $0.moved(from: from, to: to) }).sorted() {
                queue.touch(path, .atOnce, at: now)
            }
        } else {
            beginScan(at: to)
        }
        compareAnew(from: from, to: to, at: now)
        settled(from, at: now)
        settled(to, at: now)
        // What scans found in it can be decided when the record has it at its new place.
        if scanEnded != nil { scanEnded = now }
    }

    /// What is known by paths follows the directory.
    private mutating func renamed(from: RelativePath, to: RelativePath, at now: Instant) {
        source.moveIgnoreRules(from: from, to: to)
        witnessed.add(from: from, to: to)
        uncompared.moved(from: from, to: to)
        written.moved(from: from, to: to)
        // What of it is not watched is asked for anew, under its name.
        if problems.hasUnwatched {
            problems.clear(unwatchedIn: from)
            tell(.watch(to))
        }
        problems.moved(from: from, to: to)
        unseen.moved(from: from, to: to)
        brake.moved(from: from, to: to)
        queue.moved(from: from, to: to, at: now)
    }

    /// What a comparison found, or is still to compare, below either name may be of the time before the move or after it: so both
    /// are compared again.
    private mutating func compareAnew(from: RelativePath, to: RelativePath, at now: Instant) {
        let places = [from, to]
        guard
            places.contains(where: { place in
                rescan.isPending(within: place) || compared.within(place, at: now).map { !$0.isEmpty } ?? true
            })
        else { return }
        for place in places { beginScan(at: place) }
    }

    /// What was in a file system that was unmounted is unknown, not deleted: it is left alone until something shows there.
    private mutating func unmounted(_ path: RelativePath) {
        unknown.insert(path)
        note(path, .inputOutput, "a file system was unmounted here: what was in it is left as it is", attempts: 1)
    }

    private mutating func unwatched(_ path: RelativePath, _ kind: ProblemKind, _ text: String, at now: Instant) {
        if nextSweep == nil { nextSweep = now.advanced(by: Self.sweepInterval) }
        tryLater(path, kind, at: now)
        if problems.record(unwatched: path, kind, text) { tell(.unwatched(path, kind, text)) }
    }

    /// Tries again what could not be seen, and looks at everything again where the watch does not see all of it, when that is
    /// due.
    package mutating func sweep(at now: Instant) {
        retryUnseen(at: now)
        guard let due = nextSweep, due <= now else { return }
        guard problems.hasUnwatched else { return nextSweep = nil }
        nextSweep = now.advanced(by: Self.sweepInterval)
        beginRescan(at: .root)
    }

    /// Compares `directory`, with all below it, with what is confirmed; not where only what happens from now on counts.
    mutating func beginRescan(at directory: RelativePath) {
        if startup == .watch, directory.isRoot, !hasScanned {
            hasScanned = true
        } else {
            beginScan(at: directory)
        }
    }

    /// Reads the ignore file in `directory` again. Whether that could be done; otherwise it is tried again, unless it was read
    /// and is no such file.
    @discardableResult
    mutating func readRules(in directory: RelativePath, at now: Instant) -> Bool {
        guard let problem = source.readIgnoreRules(in: directory) else {
            guard let path = try? directory.appending(IgnoreRules.fileName.utf8) else { return true }
            unseen.remove(path)
            if !queue.contains(path) { problems.clear(path) }
            return true
        }
        note(problem.path, problem.kind, problem.text, attempts: 1)
        if problem.kind != .unsupported { tryLater(problem.path, problem.kind, at: now) }
        return false
    }
}
