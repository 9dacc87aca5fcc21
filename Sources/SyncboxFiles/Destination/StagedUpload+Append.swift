// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// Appending what another file has, without sending it through memory where that can be helped.
extension StagedUpload {
    /// The most data that is copied at once, in bytes: between two portions a caller can look whether to go on.
    package static let copyPortion: UInt64 = 32 << 20
    /// The longest hole that is made at once, in bytes. Its zeros take no room, but are digested.
    package static let holePortion: UInt64 = 512 << 20
    /// How much goes through memory at once where the kernel can't copy, in bytes.
    private static let memoryPortion: UInt64 = 1 << 20
    /// Blocks that begin at multiples of this, in both files, can be shared: the block of nearly every file system, in bytes.
    private static let block: UInt64 = 4096

    /// Appends the beginning of a range of an existing file, which is at least one byte and at most a portion. Returns how many
    /// bytes that were.
    ///
    /// Data is copied inside the kernel, and not duplicated where the file system can share blocks (copy_file_range(2)), which
    /// takes that they begin at multiples of the block size in both files. A hole stays a hole: copying it would fill it on
    /// some file systems. What was appended is digested, by reading it where it stands now. Throws `.busy` where the file ends
    /// before the range does; the caller checks afterwards that the file rested. After an error less may have been appended.
    package func append(startOf range: Range<UInt64>, of source: ReadingFile) throws(FileError) -> UInt64 {
        precondition(!range.isEmpty, "there is nothing to append")
        guard range.upperBound <= source.size else {
            throw FileError(.busy, operation: "copy", path: source.path)
        }
        let end = try length()
        let data = try source.data(from: range.lowerBound)
        let hole = min(data?.lowerBound ?? range.upperBound, range.upperBound) - range.lowerBound
        guard hole == 0, let data else {
            let portion = min(hole, Self.holePortion)
            try extend(to: end + portion)
            return portion
        }
        let stop = min(data.upperBound, range.upperBound, Self.endOfPortion(from: range.lowerBound))
        try copy(range.lowerBound..<stop, of: source, to: end)
        let portion = stop - range.lowerBound
        try digestAppended(from: end, to: end + portion)
        return portion
    }

    /// Where a portion ends: never within a block, which could then not be shared.
    private static func endOfPortion(from start: UInt64) -> UInt64 {
        let (end, overflows) = start.addingReportingOverflow(copyPortion)
        return overflows ? .max : end - end % block
    }

    /// Copies in up to two steps: where both places lie equally within a block, what comes before its end goes first, so that
    /// whole blocks follow.
    private func copy(_ range: Range<UInt64>, of source: ReadingFile, to offset: UInt64) throws(FileError) {
        let within = range.lowerBound % Self.block
        let isAlike = within == offset % Self.block
        let head = isAlike && within > 0 ? min(Self.block - within, UInt64(range.count)) : 0
        let middle = range.lowerBound + head
        if head > 0 { try copyInKernel(range.lowerBound..<middle, of: source, to: offset) }
        if middle < range.upperBound { try copyInKernel(middle..<range.upperBound, of: source, to: offset + head) }
    }

    private func copyInKernel(_ range: Range<UInt64>, of source: ReadingFile, to offset: UInt64) throws(FileError) {
        var from = Int(range.lowerBound)
        var to = Int(offset)
        while from < range.upperBound {
            do throws(FileError) {
                let count = try calls.make("copy", source.path) {
                    outcome(
                        linux_copy_file_range(
                            source.descriptor.number, &from, file.number, &to, Int(range.upperBound) - from))
                }
                // Nothing copied is the end of the file, or a file system that says so of what it can't copy.
                if count > 0 { continue }
            } catch  where error.code == .unsupported || error.code == .crossDevice {}
            return try copyThroughMemory(UInt64(from)..<range.upperBound, of: source, to: UInt64(to))
        }
    }

    private func copyThroughMemory(_ range: Range<UInt64>, of source: ReadingFile, to offset: UInt64) throws(FileError)
    {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(Self.memoryPortion), alignment: 16)
        defer { buffer.deallocate() }
        var done: UInt64 = 0
        while done < range.count {
            let wanted = Int(min(UInt64(range.count) - done, Self.memoryPortion))
            let portion = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            guard try source.read(at: range.lowerBound + done, into: portion) == wanted else {
                throw FileError(.busy, operation: "copy", path: source.path)
            }
            try calls.writeFully(file, UnsafeRawBufferPointer(portion), at: offset + done, path: nil)
            done += UInt64(wanted)
        }
    }
}
