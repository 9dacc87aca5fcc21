// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// Writes what the mirror has to tell into the journal, and does what it asks for.
    func tellNotices(in group: inout ThrowingDiscardingTaskGroup<any Error>) {
        for notice in mirror.takeNotices() {
            switch notice {
            case .watching: tellWatching()
            case .watch(let path): watcher.addTree(path)
            case .giveUp(let upload): group.addTask { [link] in await link.discard(upload) }
            default: log(notice)
            }
        }
    }

    private func tellWatching() {
        parts.onWatching()
        parts.logger.log(
            .started, .notice, "watching \(watcher.watchCount) directories of \(parts.settings.source)")
    }

    private func log(_ notice: Notice) {
        let logger = parts.logger
        switch notice {
        case .watching, .watch, .giveUp: return
        case .aligning:
            logger.log(.aligning, .notice, "the index is not in line with the server: reading what the server has")
        case .scanned(let waiting):
            logger.log(.scanned, .info, "the source has been compared: \(waiting) paths to mirror")
        case .lostTrack:
            logger.log(.lostTrack, .warning, "the kernel dropped events: looking at the whole source again")
        case .unwatched(let path, let kind, let text):
            let interval = Mirror<Source, Index>.sweepInterval
            logger.log(
                .unwatched, .error,
                "\(path) is not watched: \(text). The source is looked at every \(interval) meanwhile", path: path,
                problem: kind)
        case .problem(let path, let kind, let text, let isOut):
            let rarely = SettingsValue.text(of: mirror.queue.limits.retry.rarely)
            let outlook = isOut ? "tried again when it changes, and every \(rarely) at least" : "trying again"
            logger.log(.problem, .warning, "\(path): \(text) (\(kind.word)); \(outlook)", path: path, problem: kind)
        case .problemSolved(let path):
            logger.log(.problemSolved, .notice, "\(path) is mirrored again", path: path)
        case .held(let text):
            logger.log(
                .held, .warning,
                "deletions are held back: \(text). Let them go with: syncbox release \(parts.instance)")
        case .released: logger.log(.released, .notice, "deletions that were held have been released")
        case .heldNoMore: logger.log(.released, .notice, "no deletions are held any more: none of them is wanted")
        case .linkDown(let reason): logger.log(.linkDown, .warning, "\(reason); nothing is lost, trying again")
        case .linkUp: logger.log(.linkUp, .notice, "the link to the server stands again")
        }
    }
}
