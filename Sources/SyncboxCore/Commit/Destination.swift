// SPDX-License-Identifier: Apache-2.0

/// A destination's tree of files, as a commit sees it: each call makes one path so, atomically, and syncs nothing but where it
/// says so. Every call may block; one thread at a time commits.
package protocol Destination {
    /// Something that is made ready under a private name, or was displaced from a name.
    associatedtype Staged: Sendable

    /// Writes a file's content and metadata under a private name. `keepingOpen` lets it be synced alone.
    func stage(_ content: [UInt8], as entry: Entry, keepingOpen: Bool) throws(FileError) -> Staged
    /// Makes a symbolic link under a private name.
    func stageLink(_ entry: Entry) throws(FileError) -> Staged
    /// Gives the file at `path` another name, a private one.
    func stageHardLink(to path: RelativePath) throws(FileError) -> Staged
    /// What something staged goes without; nil where it has all that was asked for.
    func shortfall(of staged: Staged) -> Shortfall?
    /// Keeps a note of what is about to get a name, across crashes, until it is discarded.
    func stageIntent(_ note: [UInt8]) throws(FileError) -> Staged
    /// The notes that are kept, in no order.
    func intents() throws(FileError) -> [(entry: Staged, note: [UInt8])]
    /// Removes what was made ready, or was displaced, and is not needed.
    func discard(_ staged: Staged) throws(FileError)

    /// Gives a staged file or symbolic link its name, replacing the file or link there in one step. A directory in the way is
    /// `.isDirectory`, unless it is to be replaced: then it is returned, displaced.
    func publish(_ staged: Staged, at path: RelativePath, replacingDirectory: Bool) throws(FileError) -> Staged?
    /// Makes `path` a directory of this mode; what is in one that exists stays, anything else there is replaced.
    func makeDirectory(at path: RelativePath, mode: UInt16) throws(FileError)
    /// Moves what is at `old` to `new`. A file or link replaces the file or link there; a directory replaces nothing.
    func move(_ old: RelativePath, to new: RelativePath, kind: Entry.Kind) throws(FileError)
    /// Lets what is at two paths change places.
    func exchange(_ path: RelativePath, _ other: RelativePath) throws(FileError)
    /// Removes a file, a link or an empty directory. Returns whether anything was there. Throws `.notEmpty`.
    @discardableResult
    func remove(_ path: RelativePath) throws(FileError) -> Bool
    /// Sets the mode and modification time of what is at `path`, and what else of it is preserved. Returns what could not be.
    @discardableResult
    func setMetadata(_ entry: Entry, at path: RelativePath) throws(FileError) -> Shortfall?
    /// Looks at what is at `path`.
    func look(at path: RelativePath) throws(FileError) -> Observation
    /// How many names the directory at `path` holds.
    func count(in path: RelativePath) throws(FileError) -> Int
    /// Puts the modes of directories right that had to be opened up.
    func restoreModes() throws(FileError)

    /// Makes the contents of staged files durable. Returns how many calls that took.
    func syncContents(of staged: [Staged]) throws(FileError) -> Int
    /// Makes durable what is at these paths: names in directories, modes and times. Returns how many calls that took.
    func syncEntries(at paths: Set<RelativePath>) throws(FileError) -> Int
}
