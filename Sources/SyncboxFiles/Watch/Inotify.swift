// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The kernel's queue of events (inotify(7)), with watches on directories that are open.
final class Inotify: Sendable {
    /// How much is read at once, in bytes: some hundred to some thousand events.
    static let bufferLength = 128 << 10

    /// For poll(2): readable while events are queued.
    let descriptor: Descriptor
    private let calls: SystemCalls

    /// Throws `.tooManyOpen` when the user has no instance left (`fs.inotify.max_user_instances`).
    init(calls: SystemCalls) throws(FileError) {
        self.calls = calls
        descriptor = try calls.open(nil) { outcome(inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))) }
    }

    /// Watches an open directory. The result is the same for the same directory, whatever its name, as long as it is watched.
    /// Throws `.noWatches` (`fs.inotify.max_user_watches`) and `.permission`.
    ///
    /// The way through `/proc/self/fd` leads to what is open and to nothing else, at any length of its path. IN_MASK_ADD keeps
    /// what the root is watched for besides.
    func watch(_ directory: Descriptor, path: RelativePath, isRoot: Bool = false) throws(FileError) -> WatchTable.Watch
    {
        let changes = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB
        var mask = UInt32(changes) | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK) | UInt32(IN_MASK_ADD)
        if isRoot { mask |= UInt32(IN_DELETE_SELF | IN_MOVE_SELF) }
        let number = try calls.make("watch", path) {
            outcome(inotify_add_watch(descriptor.number, directory.magicPath, mask))
        }
        return WatchTable.Watch(number)
    }

    /// Watches an open directory for names that are made in it, and for nothing else.
    func watchNames(in directory: Descriptor) throws(FileError) -> WatchTable.Watch {
        let number = try calls.make("watch", nil) {
            outcome(inotify_add_watch(descriptor.number, directory.magicPath, UInt32(IN_CREATE) | UInt32(IN_ONLYDIR)))
        }
        return WatchTable.Watch(number)
    }

    /// Ends watches. Those that ended with their directories do no harm.
    func unwatch(_ watches: [WatchTable.Watch]) {
        for watch in watches { inotify_rm_watch(descriptor.number, watch) }
    }

    /// The events that are queued, as many as the buffer takes; none when the queue is empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> [InotifyEvent] {
        do throws(FileError) {
            let length = try calls.make("read", nil) {
                outcome(CLinux.read(descriptor.number, buffer.baseAddress, buffer.count))
            }
            guard let events = InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<length])) else {
                throw FileError(.inputOutput, operation: "read", path: nil)
            }
            return events
        } catch  where error.errno == EAGAIN {
            return []
        }
    }
}
