// SPDX-License-Identifier: Apache-2.0

/// What the engine has to tell: for the journal, or to be done by whoever runs it.
package enum Notice: Hashable, Sendable {
    /// The watches stand: from now on nothing that happens in the source is missed.
    case watching
    /// The record is not in line with the server, and is being mended.
    case aligning
    /// The whole source has been compared with what is confirmed; so many paths wait to be mirrored.
    case scanned(waiting: Int)
    /// The kernel dropped events; the source is looked at again.
    case lostTrack
    /// Not all of the source is watched; it is looked at in intervals meanwhile.
    case unwatched(RelativePath, ProblemKind, String)
    /// A path can't be mirrored at the moment; whether it is out of attempts, so that it is tried rarely from now on.
    case problem(RelativePath, ProblemKind, String, isOut: Bool)
    /// A path that was in trouble is mirrored again.
    case problemSolved(RelativePath)
    /// Deletions are held back until a person releases them; the text says how many.
    case held(String)
    /// Deletions that were held may go.
    case released
    /// None of the deletions that were held is wanted any more.
    case heldNoMore
    /// Requests fail, for this reason: everything waits for one backoff.
    case linkDown(String)
    /// Requests are answered again.
    case linkUp
    /// A directory that was not watched, or not wholly, shall be, with all below it.
    case watch(RelativePath)
    /// What was staged by this upload is of no use any more: its file has changed.
    case giveUp(UploadID)
}

/// The source is no longer the directory that was opened: unmounted, moved away or replaced. What can't be seen is not deleted.
package struct SourceGone: Error {}

/// An instant, as the engine is told it: it never asks the time.
package struct Moment: Sendable {
    /// For waiting: never set back.
    package var instant: ContinuousClock.Instant
    /// For comparing with what file systems tell.
    package var wall: Timestamp

    package init(instant: ContinuousClock.Instant, wall: Timestamp) {
        self.instant = instant
        self.wall = wall
    }

    /// When `later` is, in seconds since the epoch; what is over is now.
    package func seconds(at later: ContinuousClock.Instant) -> Int64 {
        wall.seconds + max(0, instant.duration(to: later).components.seconds)
    }
}
