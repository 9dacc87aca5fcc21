// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

extension Root {
    /// Reads the file at `path` while it rests: identity, size, modification and change time are the same before and after.
    ///
    /// Throws `.busy` when it changed meanwhile or another process holds a write lock, `.tooLarge` when it is longer than
    /// `limit` bytes, and as `openForReading(_:)` does. Holds the content in memory.
    package func read(_ path: RelativePath, limit: Int) throws(FileError) -> FileContent {
        let file = try openForReading(path)
        guard file.size <= UInt64(limit) else { throw FileError(.tooLarge, operation: "read", path: path) }
        let bytes = try file.readAll()
        try file.checkUnchanged()
        var observed = file.observed
        observed.entry.digest = ContentDigest.of(bytes)
        return FileContent(observed: observed, bytes: bytes)
    }
}

extension ReadingFile {
    /// The bytes up to the size at opening. Throws `.busy` when the file is shorter or longer than that by now.
    fileprivate func readAll() throws(FileError) -> [UInt8] {
        let expected = Int(size)
        var failure: FileError?
        // One byte more than expected shows whether the file has grown.
        let bytes = [UInt8](unsafeUninitializedCapacity: expected + 1) { buffer, count in
            do throws(FileError) {
                count = try read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == expected else { throw FileError(.busy, operation: "read", path: path) }
        return bytes
    }
}
