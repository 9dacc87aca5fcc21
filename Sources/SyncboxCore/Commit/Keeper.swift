// SPDX-License-Identifier: Apache-2.0

/// Where what a commit removes and replaces is kept for a while. What is kept stays, whatever becomes of the batch.
///
/// Every call may block. After an error everything is as it was, and what is staged is still staged.
package protocol Keeper<Staged> {
    /// Something that is made ready under a private name.
    associatedtype Staged: Sendable

    /// Keeps the file or symbolic link at `path` under a second name, so that it stays when the first gets another content.
    /// The version that has it is for taking that back.
    func link(_ path: RelativePath, _ entry: Entry) throws(FileError) -> KeptVersion
    /// Takes `link` back: `entry` still stands at its place. Where this fails it is found out later.
    func unlink(_ path: RelativePath, _ entry: Entry, from version: KeptVersion)
    /// Moves what is at `path` out of the tree, a directory with everything in it, which adds up to `sum`.
    func move(_ path: RelativePath, _ kind: Entry.Kind, _ sum: KeptSum, because reason: KeptVersion.Reason)
        throws(FileError)
    /// Removes the empty directory `entry` at `path` and keeps one like it. Throws `.notEmpty`.
    func removeDirectory(_ path: RelativePath, _ entry: Entry, because reason: KeptVersion.Reason) throws(FileError)
    /// Gives what is staged the name of a directory, which is kept with everything in it, in one step.
    func publish(_ staged: Staged, overDirectoryAt path: RelativePath) throws(FileError)
}
