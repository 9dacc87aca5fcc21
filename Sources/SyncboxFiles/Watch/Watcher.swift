// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// Tells where something may have changed below a root, by inotify(7), from the moment of its first event on.
///
/// It has a thread of its own, which sleeps while nothing happens. All directories are watched but the ignored ones; one that
/// appears is watched with all below it before it is told, so that a scan of it afterwards misses nothing.
package final class Watcher: Sendable {
    /// How many events wait for the reader before `.lostTrack` stands for all of them. Some 10 MB at the most.
    package static let defaultCapacity = 100_000

    private let mailbox: WatchMailbox
    private let requests: WatchRequests
    private let marks: WatchMarks?
    private let thread: Mutex<NamedThread?>

    /// Begins to watch `root`. Returns before all directories are watched: the first event tells that.
    ///
    /// `ignores` says which directories are not watched, and is called on the watcher's thread, a directory's parents first.
    /// `marks` is the path of a directory for `mark()`, outside of the root and used for nothing else; it is made where it is
    /// missing. Throws `.tooManyOpen`, and what keeps `marks` from being used.
    package init(
        _ root: Root, marks place: String? = nil, capacity: Int = defaultCapacity,
        ignores: @escaping @Sendable (RelativePath) -> Bool
    ) throws(FileError) {
        let mailbox = WatchMailbox(capacity: capacity)
        let requests = try WatchRequests()
        let inotify = try Inotify(calls: root.calls)
        var marks: WatchMarks?
        if let place { marks = try WatchMarks(in: place, inotify) }
        self.marks = marks
        self.mailbox = mailbox
        self.requests = requests
        thread = Mutex(
            NamedThread("watch") { [marks] in
                WatchLoop(
                    root: root, inotify: inotify, marks: marks, requests: requests, mailbox: mailbox, ignores: ignores
                ).run()
            })
    }

    /// All events since the last call, as soon as there is one. nil once the watcher has stopped, and when the calling
    /// task is cancelled. To be called by one task at a time.
    package func next() async -> [WatchEvent]? {
        await mailbox.next()
    }

    /// Watches a directory, with all below it, that was ignored before or couldn't be watched. A `.newDirectory` tells when
    /// it is; an `.unwatched` that it isn't. Does not wait.
    package func addTree(_ path: RelativePath) {
        requests.add(path)
    }

    /// Makes a mark behind everything that has happened so far, and gives its number: a `.reached` with this or a higher number
    /// tells that everything before it has been told. Nothing is written in the root. Throws where the file system of the
    /// marks can't take an empty file. The watcher must have been given a place for them.
    package func mark() throws(FileError) -> UInt64 {
        guard let marks else { preconditionFailure("a watcher without a place for marks makes none") }
        return try marks.make()
    }

    /// How many directories are watched.
    package var watchCount: Int { requests.watchCount.load(ordering: .relaxed) }

    /// How many entries the directories had that were gone through to watch them: after the first event, how many entries there
    /// are below the root, but for what is in ignored directories.
    package var entriesListed: Int { requests.entriesListed.load(ordering: .relaxed) }

    /// How many directories this user may watch at all (`fs.inotify.max_user_watches`, shared by all its programs); nil where the
    /// system doesn't tell.
    package static var limit: Int? {
        guard let file = fopen("/proc/sys/fs/inotify/max_user_watches", "re") else { return nil }
        defer { fclose(file) }
        var digits = [UInt8](repeating: 0, count: 32)
        let length = fread(&digits, 1, digits.count, file)
        return Int(String(decoding: digits.prefix(length).filter { $0 > UInt8(ascii: " ") }, as: UTF8.self))
    }

    /// Ends the thread and waits for it; then `next()` gives what is left, and nil. Blocks.
    package func stop() {
        requests.stop()
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }
}

/// What other threads ask of the watcher's thread.
final class WatchRequests: Sendable {
    /// What was asked and not yet taken.
    private struct State {
        var trees: [RelativePath] = []
        var isStopped = false
    }

    /// For poll(2): readable while something is asked.
    let wakeUp: WakeUp
    /// What the watcher's thread tells: how many directories it watches.
    let watchCount = Atomic(0)
    /// The same: how many entries the directories had that it went through.
    let entriesListed = Atomic(0)
    private let state = Mutex(State())

    init() throws(FileError) {
        wakeUp = try WakeUp()
    }

    func add(_ path: RelativePath) {
        state.withLock { $0.trees.append(path) }
        wakeUp.signal()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.signal()
    }

    /// The trees that were asked for since the last call; nil when the thread is to end.
    func take() -> [RelativePath]? {
        state.withLock { state in
            defer { state.trees = [] }
            return state.isStopped ? nil : state.trees
        }
    }
}
