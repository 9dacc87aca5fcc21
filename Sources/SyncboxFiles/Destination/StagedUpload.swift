// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// The staged content of a large file, which arrives in pieces and can be gone on with after a cut or a restart.
///
/// One thread at a time may work on it. Every call blocks.
package final class StagedUpload: Sendable {
    /// Which upload it is.
    package let id: UploadID

    let file: Descriptor
    private let staging: Staging
    /// The digest of the first `length` bytes.
    private let digested = Mutex<(digest: ContentDigest, length: UInt64)>((ContentDigest(), 0))

    init(_ id: UploadID, file: Descriptor, staging: Staging) {
        self.id = id
        self.file = file
        self.staging = staging
    }

    var calls: SystemCalls { staging.root.calls }

    /// The length of what has arrived, in bytes: where to go on. After a power loss it may end before what was written.
    package func length() throws(FileError) -> UInt64 {
        try calls.status(of: file, path: nil).stx_size
    }

    /// Writes a piece at `offset`, which need not be the end. Pieces that follow each other are digested in passing. At the
    /// end or behind it zeros may become holes.
    package func write(_ piece: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) {
        forgetDigest(from: offset)
        if try offset < length() {
            try calls.writeFully(file, piece, at: offset, path: nil)
        } else {
            try calls.writeSparsely(file, piece, at: offset, path: nil)
        }
        digested.withLock { known in
            guard known.length == offset else { return }
            known.digest.update(piece)
            known.length += UInt64(piece.count)
        }
    }

    /// Makes the content `length` bytes long by a hole at its end: zeros that take no room, digested without being read.
    /// Where it is as long already nothing is done.
    package func extend(to length: UInt64) throws(FileError) {
        let end = try self.length()
        guard end < length else { return }
        try calls.make("truncate", nil) { outcome(ftruncate(file.number, Int(length))) }
        var known = digested.withLock { $0 }
        guard known.length == end else { return }
        known.digest.update(zeros: length - end)
        known.length = length
        digested.withLock { $0 = known }
    }

    /// Cuts the content off, or fills it up with zeros.
    package func truncate(to length: UInt64) throws(FileError) {
        forgetDigest(from: length)
        try calls.make("truncate", nil) { outcome(ftruncate(file.number, Int(length))) }
    }

    /// Where a content ends, and what is known about it up to there.
    package struct Mark: Sendable {
        /// Its length, in bytes.
        package let length: UInt64
        fileprivate let digested: (digest: ContentDigest, length: UInt64)
    }

    /// Marks where the content ends, so that what is appended from here on can be cut off.
    package func mark() throws(FileError) -> Mark {
        Mark(length: try length(), digested: digested.withLock { $0 })
    }

    /// Cuts off what was appended behind `mark`; nothing before it may have been written to since.
    package func cut(backTo mark: Mark) throws(FileError) {
        try truncate(to: mark.length)
        digested.withLock { $0 = mark.digested }
    }

    /// Reads what was appended from `offset` on, but no holes, where all before it has been digested.
    func digestAppended(from offset: UInt64, to end: UInt64) throws(FileError) {
        var known = digested.withLock { $0 }
        guard known.length == offset else { return }
        try calls.digest(offset..<end, of: file, into: &known.digest, path: nil)
        known.length = end
        digested.withLock { $0 = known }
    }

    /// The digest of the whole content. Reads what was not digested in passing, but no holes.
    package func digest() throws(FileError) -> Digest {
        var (digest, start) = digested.withLock { $0 }
        let end = try length()
        try calls.digest(start..<max(start, end), of: file, into: &digest, path: nil)
        digested.withLock { $0 = (digest, end) }
        return digest.value
    }

    private func forgetDigest(from offset: UInt64) {
        digested.withLock { known in
            if offset < known.length { known = (ContentDigest(), 0) }
        }
    }

    /// Makes what has arrived durable (fdatasync(2)). An error means that nothing is known about any of it.
    package func sync() throws(FileError) {
        try calls.make("sync", nil) { outcome(fdatasync(file.number)) }
    }

    /// Gives the content its final owner, mode and modification time, so that it can be published. The upload ends with this:
    /// once it is published, or `remove`d, its name is free.
    package func finish(as entry: Entry) throws(FileError) -> StagedEntry {
        let shortfall = try staging.setMetadata(entry, of: file)
        return StagedEntry(name: Staging.name(of: id), kind: .file, descriptor: file, shortfall: shortfall)
    }
}

extension Staging {
    /// Begins an upload. Throws `.exists` when there is one of that name.
    package func createUpload(_ id: UploadID) throws(FileError) -> StagedUpload {
        StagedUpload(id, file: try create(Self.name(of: id)), staging: self)
    }

    /// Goes on with an upload; nil when there is none of that name. One that was made ready has its final mode, which may
    /// forbid to go on: it gets a mode of its own again.
    package func openUpload(_ id: UploadID) throws(FileError) -> StagedUpload? {
        do throws(FileError) {
            return StagedUpload(id, file: try openContent(of: id), staging: self)
        } catch {
            switch error.code {
            case .notFound: return nil
            case .permission:
                let place = try root.open(Self.name(of: id), in: directory, LINUX_O_PATH | O_NOFOLLOW, path: nil)
                try root.setMode(0o600, of: place, path: nil)
                return StagedUpload(id, file: try openContent(of: id), staging: self)
            default: throw error
            }
        }
    }

    private func openContent(of id: UploadID) throws(FileError) -> Descriptor {
        try root.open(Self.name(of: id), in: directory, O_RDWR | O_NOFOLLOW, path: nil)
    }

    /// Gives an upload up. Where there is none, nothing is done.
    package func removeUpload(_ id: UploadID) throws(FileError) {
        _ = try root.unlink(Self.name(of: id), in: directory, path: nil)
    }
}
