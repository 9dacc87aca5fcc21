// SPDX-License-Identifier: Apache-2.0

/// Where something may have changed in the source. It says where to look, never what is there now.
///
/// A name that is made, removed or moved also changes the modification time of its directory, for which there is no event.
package enum WatchEvent: Hashable, Sendable {
    /// What is at the path, which is no directory, may have changed. With `.attributes` it may be a directory, too.
    case touched(RelativePath, Touch)
    /// A directory is here that was not before: made, moved in from outside, or asked for. It is watched already with all
    /// below it, but for what an `.unwatched` names, so that a scan that begins now misses nothing.
    ///
    /// The first event of all is this one for the root.
    case newDirectory(RelativePath)
    /// A directory moved inside the tree, with all below it, and is watched as before. What was touched below `from`
    /// and not yet looked at is now below `to`; what was looked at below `from` since the move and found absent must be
    /// looked at again below `to`. The two are the same where it was away for a while, and is back.
    case directoryMoved(from: RelativePath, to: RelativePath)
    /// The directory is no longer here: removed, or moved out of the tree.
    case directoryGone(RelativePath)
    /// A file system inside the tree was unmounted. What was in it is unknown, not deleted.
    case unmounted(RelativePath)
    /// Events were lost, anywhere: everything must be looked at. It is watched already, as with `.newDirectory`.
    case lostTrack
    /// The directory and what is below it isn't watched, at least in part, and must be looked at in intervals. The text
    /// says why, and how to mend it.
    case unwatched(RelativePath, ProblemKind, String)
    /// The root was renamed or unmounted: nothing that is found there is evidence. No event follows. That it was removed
    /// can't be told, since it lives on while it is open: ask `Root.stillStands()`.
    case rootGone
    /// Everything that happened before the mark of this number was made has been told, or a `.lostTrack` stands for it.
    case reached(UInt64)

    /// What happened at a path.
    package enum Touch: Hashable, Sendable {
        /// A program that had opened it for writing closed it.
        case closed
        /// It was written to and may still be open.
        case modified
        /// The name was made: an empty file, a symbolic link, or a further name of a file.
        case created
        /// Its mode, times or number of names changed.
        case attributes
        /// The name was removed.
        case removed
        /// The name was taken away by the rename with this cookie.
        case movedAway(UInt32)
        /// The name was given by the rename with this cookie.
        case movedHere(UInt32)
    }
}
