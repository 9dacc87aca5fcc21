// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Synchronization

/// Reads a large file once from its beginning to its end, cuts it into chunks and computes the digest of the whole on the way.
/// Holes of some size are not read.
///
/// What it says counts only if the file's `checkUnchanged()` passes afterwards.
package final class ChunkReader: Sendable {
    private let state: Mutex<State>

    /// Begins at the start of `file`, which is cut into chunks of `size`.
    package init(_ file: ReadingFile, _ size: ChunkSize) {
        state = Mutex(State(file, size))
    }

    /// Goes on for about `length` bytes, or to the end, and gives the chunks that were completed: none where all has been cut
    /// before. Blocks. Throws `.busy` where data ends earlier than it did.
    package func read(about length: UInt64) throws(FileError) -> [Chunk] {
        try state.withLock { state throws(FileError) in try state.read(about: length) }
    }

    /// What has been cut so far.
    package var list: ChunkList { state.withLock { $0.list } }

    /// The digest of what has been cut so far: of the whole, at the end.
    package var digest: SyncboxCore.Digest { state.withLock { $0.digest.value } }
}

/// How far a file has been cut.
private struct State {
    /// How much is read at once, in bytes.
    private static let portion = 1 << 20
    /// A shorter hole is read as the zeros that it is, in bytes.
    private static let smallestHole: UInt64 = 1 << 20
    /// The most stretches of data that are joined over small holes before a piece is read: looking for them has an end,
    /// however torn the file is.
    private static let mostJoined = 10_000

    private(set) var list: ChunkList
    private(set) var digest = ContentDigest()
    private let file: ReadingFile
    private var cutter: ChunkCutter
    private let hash = ChunkHash()
    /// Where the next chunk begins, in bytes.
    private var offset: UInt64 = 0
    /// How much of it was read already, in bytes.
    private var begun: UInt64 = 0
    /// The stretch of data that is being read.
    private var data: Range<UInt64> = 0..<0

    init(_ file: ReadingFile, _ size: ChunkSize) {
        self.file = file
        list = ChunkList(size: size)
        cutter = ChunkCutter(size)
    }

    mutating func read(about length: UInt64) throws(FileError) -> [Chunk] {
        let first = list.chunks.count
        let goal = min(offset + length, file.size)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.portion, alignment: 64)
        defer { buffer.deallocate() }
        while offset < goal {
            if offset + begun == data.upperBound { try findData() }
            if offset + begun < data.upperBound { try readPiece(into: buffer) }
        }
        return Array(list.chunks[first...])
    }

    private mutating func readPiece(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
        let position = offset + begun
        let wanted = Int(min(data.upperBound - position, UInt64(buffer.count)))
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        guard try file.read(at: position, into: piece) == wanted else {
            throw FileError(.busy, operation: "read", path: file.path)
        }
        digest.update(UnsafeRawBufferPointer(piece))
        var rest = UnsafeRawBufferPointer(piece)
        while let count = cutter.cut(rest) {
            take(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            endChunk()
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        take(rest)
        // What comes behind a hole is cut as if it stood alone.
        if offset + begun == data.upperBound, begun > 0 { endChunk() }
    }

    private mutating func take(_ piece: UnsafeRawBufferPointer) {
        hash.update(piece)
        begun += UInt64(piece.count)
    }

    private mutating func endChunk() {
        list.chunks.append(Chunk(length: UInt32(begun), hash: hash.take()))
        offset += begun
        begun = 0
    }

    /// Finds the next stretch of data, or passes over some of the hole before it.
    private mutating func findData() throws(FileError) {
        var next = try file.data(from: offset) ?? file.size..<file.size
        let hole = next.lowerBound - offset
        if hole >= Self.smallestHole { return pass(over: min(hole, Chunk.longest)) }
        var joined = 0
        while joined < Self.mostJoined, next.upperBound < file.size {
            let more = try file.data(from: next.upperBound) ?? file.size..<file.size
            if more.lowerBound - next.upperBound >= Self.smallestHole { break }
            next = next.lowerBound..<more.upperBound
            joined += 1
        }
        data = offset..<next.upperBound
        cutter = ChunkCutter(list.size)
    }

    private mutating func pass(over hole: UInt64) {
        digest.update(zeros: hole)
        list.chunks.append(Chunk(length: UInt32(hole), hash: nil))
        offset += hole
        data = offset..<offset
    }
}
