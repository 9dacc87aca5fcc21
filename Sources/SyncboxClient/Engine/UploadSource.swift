// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import SyncboxCore
import SyncboxFiles
import Synchronization

/// Gives a large file's bytes to the link piece by piece, hashing them on the way.
final class UploadSource: HTTPBodySource {
    /// The most that is read at once while only hashing, in bytes.
    private static let pieceSize = 1 << 20

    private let file: ReadingFile
    private let start: UInt64
    private let prefix: ContentDigest
    private let progress: Mutex<(offset: UInt64, digest: ContentDigest)>

    /// The bytes of `file` from `start` on; `digest` is that of the bytes before.
    init(_ file: ReadingFile, from start: UInt64, digest: ContentDigest) {
        self.file = file
        self.start = start
        prefix = digest
        progress = Mutex((0, digest))
    }

    /// The digest of the file's beginning and all that was given so far.
    var digest: Digest { progress.withLock { $0.digest.value } }

    /// Throws `FileError` of code `.busy` as soon as the file is seen to have changed.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.checkUnchanged()
        let count = try file.read(at: start + offset, into: buffer)
        progress.withLock { progress in
            // The transport may begin again on another connection.
            if offset == 0 { progress = (0, prefix) }
            precondition(progress.offset == offset, "the body is read in order")
            progress.digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            progress.offset += UInt64(count)
        }
        return count
    }

    /// The digest of the first `length` bytes of `file`. Blocks while it reads them.
    static func digest(of file: ReadingFile, upTo length: UInt64) throws(FileError) -> ContentDigest {
        var digest = ContentDigest()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
        defer { buffer.deallocate() }
        var offset: UInt64 = 0
        while offset < length {
            let wanted = Int(min(UInt64(pieceSize), length - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            let count = try file.read(at: offset, into: piece)
            guard count == wanted else { throw FileError(.busy, operation: "read", path: file.path) }
            digest.update(UnsafeRawBufferPointer(piece))
            offset += UInt64(count)
        }
        return digest
    }
}
