// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// A stretch of a large file that goes with one request: data, behind a hole that does not travel.
struct UploadPart {
    /// A shorter hole is sent as the zeros that it is, in bytes: a request of its own would take longer. The server finds it
    /// again.
    static let smallestHole: UInt64 = 1 << 20
    /// A longer hole takes several requests, in bytes: both sides hash its zeros, and an answer must come in time.
    static let longestHole: UInt64 = 16 << 30
    /// The most stretches of data that one part joins: looking for them has an end, however torn the file is.
    static let mostJoined = 100_000

    /// What is sent; empty at the end of a hole that is not followed by data.
    var range: Range<UInt64>
    /// The digest of all that comes before, holes included.
    var digest: ContentDigest

    /// The next part of `file` from `offset` on, where `digest` is that of all before. Blocks while it hashes a hole.
    ///
    /// Without `holes`, for a server that knows none, that is all the rest.
    static func next(
        in file: ReadingFile, from offset: UInt64, _ digest: ContentDigest, holes: Bool
    ) throws(FileError) -> UploadPart {
        guard holes else { return UploadPart(range: offset..<file.size, digest: digest) }
        let range = try range(in: file, from: offset)
        var digest = digest
        digest.update(zeros: range.lowerBound - offset)
        return UploadPart(range: range, digest: digest)
    }

    /// Where the next part's data is. Nothing is read.
    static func range(in file: ReadingFile, from offset: UInt64) throws(FileError) -> Range<UInt64> {
        let first = try file.data(from: offset) ?? file.size..<file.size
        let hole = first.lowerBound - offset
        if hole > longestHole { return offset + longestHole..<offset + longestHole }
        var end = first.upperBound
        var joined = 1
        while joined < mostJoined, end < file.size {
            let next = try file.data(from: end) ?? file.size..<file.size
            if next.lowerBound - end >= smallestHole { break }
            end = next.upperBound
            joined += 1
        }
        return (hole < smallestHole ? offset : first.lowerBound)..<end
    }
}
