// SPDX-License-Identifier: Apache-2.0

import CurlHTTP
import SyncboxCore
import SyncboxFiles
import Synchronization

/// Gives one part of a large file to the link piece by piece, hashing it on the way.
final class UploadSource: HTTPBodySource {
    private let file: ReadingFile
    private let part: UploadPart
    private let progress: Mutex<(offset: UInt64, digest: ContentDigest)>

    /// The bytes of `file` that belong to `part`.
    init(_ file: ReadingFile, _ part: UploadPart) {
        self.file = file
        self.part = part
        progress = Mutex((0, part.digest))
    }

    /// The digest of the file's beginning and all that was given so far.
    var digest: ContentDigest { progress.withLock { $0.digest } }

    /// Throws `FileError` of code `.busy` as soon as the file is seen to have changed.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.checkUnchanged()
        let rest = UInt64(part.range.count) - offset
        let portion = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(UInt64(buffer.count), rest))])
        let count = try file.read(at: part.range.lowerBound + offset, into: portion)
        progress.withLock { progress in
            // The transport may begin again on another connection.
            if offset == 0 { progress = (0, part.digest) }
            precondition(progress.offset == offset, "the body is read in order")
            progress.digest.update(UnsafeRawBufferPointer(rebasing: portion[..<count]))
            progress.offset += UInt64(count)
        }
        return count
    }
}
