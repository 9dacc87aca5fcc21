// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// Marks in the kernel's queue of events: whoever has read a mark has read everything that happened before it was made.
///
/// A mark is an empty file that is made, and removed again, in a directory of its own, which is watched by the same inotify
/// instance as the tree. That instance has one queue, in which events stand in the order in which they happened.
final class WatchMarks: Sendable {
    /// The watch on the directory of the marks.
    let watch: WatchTable.Watch

    private let directory: Descriptor
    private let calls = SystemCalls(faults: nil)
    private let made = Mutex<UInt64>(0)

    /// Uses the directory at `place`, an absolute path; it is made where it is missing, as a directory of its owner alone.
    init(in place: String, _ inotify: Inotify) throws(FileError) {
        try PlainFile.makeDirectory(place)
        directory = try calls.open(nil) { outcome(linux_open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) }
        watch = try inotify.watchNames(in: directory)
    }

    /// The number of the last mark that was made, or is being made; 0 before the first.
    var latest: UInt64 { made.withLock { $0 } }

    /// Makes a mark behind all events so far, and gives its number, which is higher than any before. Blocks.
    func make() throws(FileError) -> UInt64 {
        let result = made.withLock { made -> Result<UInt64, FileError> in
            made += 1
            let number = made
            return Result { () throws(FileError) in
                try make(named: Array(String(number).utf8))
                return number
            }
        }
        return try result.get()
    }

    private func make(named name: [UInt8]) throws(FileError) {
        // What a daemon that was killed left behind would be no new name.
        withName(name) { _ = unlinkat(directory.number, $0, 0) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        _ = try calls.open(nil) { withName(name) { outcome(linux_openat(directory.number, $0, flags, 0o600)) } }
        withName(name) { _ = unlinkat(directory.number, $0, 0) }
    }

    /// The number of the mark that an event of this name tells of; nil for what is no mark.
    func number(of name: [UInt8]) -> UInt64? {
        UInt64(String(decoding: name, as: UTF8.self))
    }
}
