// SPDX-License-Identifier: Apache-2.0

/// The source, as the engine sees it: what can be looked at, read, and is to be passed over.
///
/// Every call may block, and is made by the engine's own thread. `Client` has the real one, the simulator one in memory.
package protocol SourceTree {
    /// What is at `path`. `.absent` is evidence, as long as the source `stillStands()`; what can't be told is thrown.
    func look(at path: RelativePath) throws(FileError) -> Observation
    /// All names of `directory` with a look at each, ordered by their bytes; never a part of them.
    func list(_ directory: RelativePath) throws(FileError) -> [DirectoryEntry]
    /// One consistent version of the file at `path`. Throws `.busy` when it changed meanwhile, `.tooLarge` when it is longer
    /// than `limit` bytes.
    func read(_ path: RelativePath, limit: Int) throws(FileError) -> FileContent
    /// Whether the source is still the directory that was opened. Where it is not, nothing in it is evidence.
    func stillStands() -> Bool

    /// Whether the entry at `path` is not mirrored, because of itself or of a directory above it.
    func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool
    /// The rules for the entries of one directory that is itself mirrored.
    func ignoreRules(in directory: RelativePath) -> DirectoryRules
    /// Reads the ignore file in `directory` again, or forgets the one that was there. Where it can't be read the rules that
    /// held before go on to hold, and the problem is returned.
    func readIgnoreRules(in directory: RelativePath) -> (path: RelativePath, kind: ProblemKind, text: String)?
    /// A directory has moved, and takes its rules along.
    func moveIgnoreRules(from old: RelativePath, to new: RelativePath)
    /// A directory is gone, and its rules with it.
    func forgetIgnoreRules(of directory: RelativePath)
}

/// One consistent version of a file: what it was and all its bytes.
package struct FileContent: Sendable {
    /// The file, with its digest.
    package let observed: Observed
    /// The whole content.
    package let bytes: [UInt8]

    package init(observed: Observed, bytes: [UInt8]) {
        self.observed = observed
        self.bytes = bytes
    }
}

/// One name of a directory, and what a look at it found.
package struct DirectoryEntry: Sendable {
    /// The name as raw bytes.
    package let name: [UInt8]
    /// What is there, never `.absent`; or why it can't be told, which concerns this name alone (a broken mount, a bad
    /// inode): it is unknown, not absent.
    package let look: Result<Observation, FileError>

    package init(name: [UInt8], look: Result<Observation, FileError>) {
        self.name = name
        self.look = look
    }
}
