// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// A mark in the destination that tells it from any other directory, above all from the empty one that is in its place
/// while its file system is not mounted. It is the target of a symbolic link in the staging directory, which a sweep leaves.
extension Staging {
    /// The mark's name in the staging directory.
    static let markName = Array("mark".utf8)

    /// The mark; nil where the destination has none.
    package func mark() throws(FileError) -> [UInt8]? {
        do throws(FileError) {
            let link = try root.open(Self.markName, in: directory, LINUX_O_PATH | O_NOFOLLOW, path: nil)
            guard case .present(let observed) = try root.observe(link, path: nil) else { return nil }
            return observed.entry.target
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Gives the destination this mark, of 1 to `Intent.longestNote` bytes without a NUL, instead of the one that it has.
    package func setMark(_ mark: [UInt8]) throws(FileError) {
        _ = try root.unlink(Self.markName, in: directory, path: nil)
        try root.calls.make("symlink", nil) {
            withName(mark) { mark in withName(Self.markName) { outcome(symlinkat(mark, directory.number, $0)) } }
        }
    }
}
