// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Where a file has data, and where only holes: zeros that take no room on the disk and need not be read.
extension ReadingFile {
    /// The first stretch of data at or behind `offset`, up to the size at opening; nil where nothing but a hole follows.
    /// Where the file system knows no holes everything is data.
    package func data(from offset: UInt64) throws(FileError) -> Range<UInt64>? {
        try root.calls.data(in: descriptor, from: offset, size: size, path: path)
    }

    /// Takes the bytes of `range` into `digest`; holes are not read. Blocks. Throws `.busy` where the file ends earlier.
    package func digest(_ range: Range<UInt64>, into digest: inout ContentDigest) throws(FileError) {
        try root.calls.digest(range, of: descriptor, into: &digest, path: path)
    }
}

extension SystemCalls {
    /// How much is read at once to compute a digest, in bytes.
    private static let portion = 1 << 20

    /// The first data of an open file between `offset` and `size` (lseek(2), SEEK_DATA and SEEK_HOLE), or nil. This moves
    /// the descriptor's offset, which nothing else here goes by.
    func data(
        in file: Descriptor, from offset: UInt64, size: UInt64, path: RelativePath?
    ) throws(FileError) -> Range<UInt64>? {
        guard offset < size else { return nil }
        do throws(FileError) {
            let start = try make("seek", path) { outcome(lseek(file.number, Int(offset), LINUX_SEEK_DATA)) }
            let end = try make("seek", path) { outcome(lseek(file.number, start, LINUX_SEEK_HOLE)) }
            return start < size ? UInt64(start)..<min(UInt64(end), size) : nil
        } catch  where error.errno == ENXIO {
            return nil
        } catch  where error.code == .unsupported {
            return offset..<size
        }
    }

    /// Takes the bytes of `range` into `digest`, and zeros for the holes. Throws `.busy` where the file ends earlier.
    func digest(
        _ range: Range<UInt64>, of file: Descriptor, into digest: inout ContentDigest, path: RelativePath?
    ) throws(FileError) {
        guard try status(of: file, path: path).stx_size >= range.upperBound else {
            throw FileError(.busy, operation: "read", path: path)
        }
        // Small ranges are many: a recipe may have thousands of them.
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.portion, range.count), alignment: 16)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let data = try data(in: file, from: offset, size: range.upperBound, path: path)
            digest.update(zeros: (data?.lowerBound ?? range.upperBound) - offset)
            guard let data else { return }
            offset = data.lowerBound
            while offset < data.upperBound {
                let wanted = Int(min(data.upperBound - offset, UInt64(buffer.count)))
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
                guard try readFully(file, at: offset, into: piece, path: path) == wanted else {
                    throw FileError(.busy, operation: "read", path: path)
                }
                digest.update(UnsafeRawBufferPointer(piece))
                offset += UInt64(wanted)
            }
        }
    }
}
