// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// How long a tree that is not wholly watched goes unlooked at.
    private static let sweepInterval = Duration.seconds(60)

    /// Takes what the watch saw, until it ends: each event only says where to look.
    func takeEvents() async throws {
        while let events = await watcher.next() {
            parts.pulse.beat()
            for event in events { try take(event, at: .now) }
            rest()
            wakeUps.wake()
        }
    }

    private func take(_ event: WatchEvent, at now: Clock.Instant) throws {
        switch event {
        case .touched(let path, let how): touched(path, how, at: now)
        case .newDirectory(let path):
            if path.isRoot, !isWatching { startsToMirror() }
            settled(path, at: now)
            beginRescan(at: path)
        case .directoryMoved(let from, let to): moved(from: from, to: to, at: now)
        case .directoryGone(let path):
            settled(path, at: now)
            rules.forget(path)
        case .unmounted(let path): unmounted(path)
        case .lostTrack:
            parts.logger.log(
                .lostTrack, .warning, "the kernel dropped events: looking at the whole source again")
            beginRescan(at: .root)
        case .unwatched(let path, let kind, let text): unwatched(path, kind, text, at: now)
        case .rootGone: throw sourceGone()
        }
    }

    /// The watches stand: from now on nothing that happens in the source is missed.
    private func startsToMirror() {
        isWatching = true
        parts.onWatching()
        parts.logger.log(
            .started, .notice, "watching \(watcher.watchCount) directories of \(parts.settings.source)")
    }

    /// Something was made, moved or removed at `path` as a whole; its directory's modification time changed with it.
    private func settled(_ path: RelativePath, at now: Clock.Instant) {
        queue.touch(path, .atOnce, at: now)
        if let parent = path.parent { queue.touch(parent, .atOnce, at: now) }
    }

    private func touched(_ path: RelativePath, _ how: WatchEvent.Touch, at now: Clock.Instant) {
        if path.name.elementsEqual(IgnoreRules.fileName.utf8), let directory = path.parent {
            readRules(in: directory)
            watcher.addTree(directory)
        }
        switch how {
        case .closed: queue.touch(path, .atOnce, at: now)
        case .modified: queue.touch(path, .whenQuiet, at: now)
        case .removed, .movedHere: settled(path, at: now)
        case .attributes:
            queue.touch(path, .atOnce, at: now)
            // A directory that could not be read may have become readable.
            if problems.contains(path) { watcher.addTree(path) }
        case .created, .movedAway:
            // What is made is written next. Where a name went may be in the next read of the watch: both make one move.
            settled(path.parent ?? .root, at: now)
            queue.touch(path, .whenQuiet, at: now)
        }
    }

    private func moved(from: RelativePath, to: RelativePath, at now: Clock.Instant) {
        rules.move(from: from, to: to)
        rescan.moved(from: from, to: to)
        queue.moved(from: from, to: to, at: now)
        settled(from, at: now)
        settled(to, at: now)
    }

    /// What was in a file system that was unmounted is unknown, not deleted: it is left alone until something shows there.
    private func unmounted(_ path: RelativePath) {
        unknown.insert(path)
        record(path, .inputOutput, "a file system was unmounted here: what was in it is left as it is", attempts: 1)
    }

    private func unwatched(_ path: RelativePath, _ kind: ProblemKind, _ text: String, at now: Clock.Instant) {
        if nextSweep == nil { nextSweep = now.advanced(by: Self.sweepInterval) }
        guard problems.record(path, kind, text, attempts: 1) else { return }
        parts.logger.log(
            .unwatched, .error,
            "\(path) is not watched: \(text). The source is looked at every \(Self.sweepInterval) meanwhile",
            path: path, problem: kind)
    }

    /// Looks at everything again where the watch does not see all of it, when that is due.
    func sweep() {
        guard let due = nextSweep, due <= .now else { return }
        nextSweep = Clock.now.advanced(by: Self.sweepInterval)
        beginRescan(at: .root)
    }

    /// Compares `directory`, with all below it, with what is confirmed; not where only what happens from now on counts.
    func beginRescan(at directory: RelativePath) {
        if parts.settings.startup == .watch, directory.isRoot, !hasScanned {
            hasScanned = true
        } else {
            rescan.begin(at: directory)
        }
    }

    /// Reads the ignore file in `directory` again.
    func readRules(in directory: RelativePath) {
        if let problem = rules.read(in: directory) { record(problem.path, problem.kind, problem.text, attempts: 1) }
    }

    /// Throws when the source is no longer what it was when the daemon started: what can't be seen is not deleted.
    func checkRoot() throws {
        if !parts.root.stillStands() { throw sourceGone() }
    }

    private func sourceGone() -> FatalError {
        FatalError(
            .noInput, "the source \(parts.settings.source) was unmounted, moved away or replaced; nothing is deleted",
            remedy: "put it back, then start the service again")
    }
}
