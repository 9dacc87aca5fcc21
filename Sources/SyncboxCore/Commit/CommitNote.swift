// SPDX-License-Identifier: Apache-2.0

/// Something unusual that a commit met, which the operator should read about.
package enum CommitNote: Hashable, Sendable {
    /// An entry that the catalog did not know was replaced.
    case replaced(RelativePath)
    /// Entries that Syncbox did not put there keep a directory from being removed.
    case kept(RelativePath, count: Int)
    /// Directories that the catalog knows were missing and have been made again.
    case remade(RelativePath)
    /// What is there could not be looked at, so that it is not vouched for any more: the client sends it again.
    case unseen(RelativePath, FileError)
    /// What was removed or replaced there could not be kept.
    case notKept(RelativePath, FileError)
}
