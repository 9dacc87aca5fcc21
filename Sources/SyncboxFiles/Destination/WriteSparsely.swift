// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

extension SystemCalls {
    /// What is left out where it is all zeros, in bytes: the block of nearly every file system.
    private static let block = 4096
    private static let zeros = [UInt8](repeating: 0, count: block)

    /// Writes all of `content` at `offset`, where the file ends or behind that. Whole blocks of zeros become holes: they
    /// read as zeros all the same, and take no room.
    func writeSparsely(
        _ file: Descriptor, _ content: UnsafeRawBufferPointer, at offset: UInt64, path: RelativePath?
    ) throws(FileError) {
        var written = 0
        var position = 0
        while position < content.count {
            // Blocks lie where the file system has them, wherever the content begins.
            let end = min(content.count, position + Self.block - (Int(offset) + position) % Self.block)
            if Self.isEmptyBlock(content[position..<end]) {
                try write(file, content[written..<position], at: offset, path)
                written = end
            }
            position = end
        }
        try write(file, content[written...], at: offset, path)
        // Nothing was written at the end, so that the file is still too short.
        if written == content.count, written > 0 {
            try make("truncate", path) { outcome(ftruncate(file.number, Int(offset) + written)) }
        }
    }

    private static func isEmptyBlock(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard bytes.count == block, let start = UnsafeRawBufferPointer(rebasing: bytes).baseAddress else {
            return false
        }
        return zeros.withUnsafeBytes { zeros in zeros.baseAddress.map { memcmp($0, start, block) == 0 } ?? false }
    }

    private func write(
        _ file: Descriptor, _ bytes: Slice<UnsafeRawBufferPointer>, at offset: UInt64, _ path: RelativePath?
    ) throws(FileError) {
        let start = offset + UInt64(bytes.startIndex)
        try writeFully(file, UnsafeRawBufferPointer(rebasing: bytes), at: start, path: path)
    }
}
