// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// A file of a tree that is open for reading and expected to rest meanwhile.
///
/// What was read counts only if `checkUnchanged()` passes afterwards: identity, size, modification and change time are
/// then those of `observed`, and no other process holds a write lock. Reading keeps no place, so several threads may read.
/// One that was opened while it grew (`openGrowing`) may go on growing.
package final class ReadingFile: Sendable {
    /// The file as it was when it was opened; without a digest.
    package let observed: Observed
    /// Where it was opened.
    package let path: RelativePath

    let descriptor: Descriptor
    let root: Root
    /// What the content had been by `observed`, read before; nil where the file is expected to rest.
    private let before: SyncboxCore.Digest?

    /// The length when it was opened, in bytes.
    package var size: UInt64 { observed.entry.size }

    /// Takes over an open descriptor. Throws `.isDirectory` or `.unsupported` for what is no file, `.busy` when another
    /// process holds a write lock.
    init(
        _ descriptor: Descriptor, path: RelativePath, root: Root, before: SyncboxCore.Digest? = nil
    ) throws(FileError) {
        let status = try root.calls.status(of: descriptor, path: path)
        guard status.kind == .file, var observed = status.observed(preserving: root.preserved) else {
            throw FileError(status.kind == .directory ? .isDirectory : .unsupported, operation: "read", path: path)
        }
        observed.entry.attributes = try root.attributes(of: descriptor, .file, path: path, root.preserved)
        self.observed = observed
        self.path = path
        self.descriptor = descriptor
        self.root = root
        self.before = before
        try checkUnlocked()
    }

    /// Reads from `offset` until `buffer` is full or the file ends. Returns the number of bytes read; less than the
    /// buffer takes only at the file's end.
    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try root.calls.readFully(descriptor, at: offset, into: buffer, path: path)
    }

    /// Whether what is read counts though the file has grown since it was opened, if `checkContent(_:)` passes.
    package var isGrowing: Bool { before != nil }

    /// Throws `.busy` when the file is no longer what it was when it was opened, or another process holds a write lock. One that was
    /// opened while it grew may have gone on growing.
    package func checkUnchanged() throws(FileError) {
        let now = try root.calls.status(of: descriptor, path: path).observed()
        guard let now, observed.isSameVersion(as: now) || isGrowing && observed.hasGrown(into: now) else {
            throw FileError(.busy, operation: "read", path: path)
        }
        try checkUnlocked()
    }

    /// Throws `.busy` where `digest`, that of the content as it has been read, is not that of what was read before, in a file that
    /// was opened while it grew.
    package func checkContent(_ digest: SyncboxCore.Digest) throws(FileError) {
        guard before == nil || before == digest else { throw FileError(.busy, operation: "read", path: path) }
    }

    /// Throws `.busy` when another process holds a POSIX or open-file-description write lock on any part (fcntl(2)). Where the
    /// file system knows no locks nothing is thrown. A flock(2) can't be asked for without taking it, which would disturb.
    private func checkUnlocked() throws(FileError) {
        var lock = flock()
        lock.l_type = Int16(F_RDLCK)
        lock.l_whence = Int16(SEEK_SET)
        do throws(FileError) {
            try root.calls.make("lock", path) {
                outcome(linux_fcntl_lock(descriptor.number, LINUX_F_OFD_GETLK, &lock))
            }
        } catch  where error.code == .unsupported || error.errno == ENOLCK {
            return
        }
        if lock.l_type != Int16(F_UNLCK) { throw FileError(.busy, operation: "lock", path: path) }
    }
}

extension Root {
    /// Opens the file at `path` for a stable read, without following a symbolic link and without waiting for a pipe's other
    /// end. Throws `.notFound` and its kin when it is gone, `.escapes` for a symbolic link, and as `ReadingFile` says.
    package func openForReading(_ path: RelativePath) throws(FileError) -> ReadingFile {
        try ReadingFile(openFile(path), path: path, root: self)
    }

    /// Opens the file at `path` for a stable read while it may be appended to without a pause: a log, a stream that is recorded.
    ///
    ///     read all ─► `observed`: that was all ─► read all again (`ReadingFile`) ─► the same
    ///
    /// Two readings of the same content, one before an instant and one after it, show what the file was at that instant, and its
    /// size tells that this was all of it: nothing is torn, neither a file that is written in its midst nor one whose parts
    /// belong together. What changed in between and back again would not be noticed, so that only growing is let pass.
    ///
    /// Reads the whole file. Throws as `openForReading(_:)` does, and `.busy` where no end of it is found. A file with several
    /// names has to rest.
    package func openGrowing(_ path: RelativePath) throws(FileError) -> ReadingFile {
        let descriptor = try openFile(path)
        var file = try ReadingFile(descriptor, path: path, root: self)
        guard file.observed.links == 1 else { return file }
        var digest = ContentDigest()
        var end: UInt64 = 0
        for _ in 0..<Self.mostCatchingUp {
            try file.digest(end..<file.size, into: &digest)
            end = file.size
            file = try ReadingFile(descriptor, path: path, root: self, before: digest.value)
            if file.size == end { return file }
            if file.size < end { break }
        }
        throw FileError(.busy, operation: "read", path: path)
    }

    /// How often what was written during a reading is read too, until nothing was.
    private static let mostCatchingUp = 1_000

    func openFile(_ path: RelativePath) throws(FileError) -> Descriptor {
        try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    }
}

extension SystemCalls {
    /// Reads from `offset` until `buffer` is full or the file ends; returns the number of bytes read.
    func readFully(
        _ file: Descriptor, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer, path: RelativePath?
    ) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try make("read", path) {
                outcome(pread(file.number, rest.baseAddress, rest.count, Int(offset) + done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }
}
