// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// The watcher's thread: waits for the kernel's events, lets the tree take them, and delivers what there is to look at.
final class WatchLoop {
    /// How often the queue is read, in search of its end, before what was read is delivered.
    private static let mostReads = 8
    /// How long a mark waits for what is unsettled when it is read, in milliseconds: longer than anything stays so.
    private static let longestMark = WatchedTree.longestUnlisted + WatchedTree.patience

    private let root: Root
    private let inotify: Inotify
    private let marks: WatchMarks?
    private let requests: WatchRequests
    private let mailbox: WatchMailbox
    private let ignores: (RelativePath) -> Bool
    /// nil where not even the root could be watched.
    private var tree: WatchedTree?
    private var hasLostTrack = false
    private var isRootGone = false
    /// Marks that were read and not told yet, since when.
    private var reached: [(number: UInt64, since: UInt64)] = []

    init(
        root: Root, inotify: Inotify, marks: WatchMarks?, requests: WatchRequests, mailbox: WatchMailbox,
        ignores: @escaping (RelativePath) -> Bool
    ) {
        self.root = root
        self.inotify = inotify
        self.marks = marks
        self.requests = requests
        self.mailbox = mailbox
        self.ignores = ignores
    }

    /// Runs until it is asked to stop or the root is gone.
    func run() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Inotify.bufferLength, alignment: 8)
        defer {
            buffer.deallocate()
            mailbox.close()
        }
        watchTree(.root)
        while !isRootGone {
            deliver()
            wait()
            guard let trees = requests.take() else { return }
            for path in trees { watchTree(path) }
            takeEvents(buffer)
        }
        mailbox.add([.rootGone])
    }

    /// Watches what was asked for; everything where nothing could be watched so far.
    private func watchTree(_ path: RelativePath) {
        guard tree == nil else {
            tree?.addTree(path)
            return
        }
        do throws(FileError) {
            tree = try WatchedTree(root, inotify, ignores: ignores)
            tree?.addTree(.root)
        } catch {
            mailbox.add([.newDirectory(.root), .unwatched(.root, error.problemKind, error.description)])
        }
    }

    private func takeEvents(_ buffer: UnsafeMutableRawBufferPointer) {
        do throws(FileError) {
            for _ in 0..<Self.mostReads {
                let events = try inotify.read(into: buffer)
                for event in events { take(event) }
                if events.isEmpty {
                    tree?.settle(now: WatchedTree.now())
                    break
                }
            }
        } catch {
            hasLostTrack = true
        }
        if hasLostTrack {
            // Marks may be among what was lost. What was before them is looked at again.
            let lost = marks?.latest
            tree?.walkAnew()
            hasLostTrack = false
            if let lost, lost > 0 { reached.append((lost, 0)) }
        }
    }

    private func take(_ event: InotifyEvent) {
        if event.mask.contains(.overflow) { hasLostTrack = true }
        if let marks, event.watch == marks.watch {
            if let number = marks.number(of: event.name) { reached.append((number, WatchedTree.now())) }
            return
        }
        guard tree?.table.contains(event.watch) == true else { return }
        if event.name.isEmpty {
            takeOwn(event)
        } else if event.mask.contains(.isDirectory) {
            takeDirectory(event)
        } else if let touch = event.touch {
            tree?.news.touched(event.name, in: event.watch, touch)
        }
    }

    /// An event about the watched directory itself. What its directory tells of it as well is left to that.
    private func takeOwn(_ event: InotifyEvent) {
        if tree?.isRoot(event.watch) == true {
            if event.mask.contains(.attributes) { tree?.news.touched([], in: event.watch, .attributes) }
            if !event.mask.isDisjoint(with: [.selfDeleted, .selfMoved, .unmounted, .ignored]) { isRootGone = true }
        } else if !event.mask.isDisjoint(with: [.ignored, .unmounted]) {
            tree?.forget(event.watch, isUnmounted: event.mask.contains(.unmounted))
        }
    }

    private func takeDirectory(_ event: InotifyEvent) {
        guard let touch = event.touch else { return }
        let now = WatchedTree.now()
        switch touch {
        case .created, .movedHere: tree?.appear(event.name, in: event.watch)
        case .removed: tree?.disappear(event.name, in: event.watch, isDeletion: true, now: now)
        case .movedAway: tree?.disappear(event.name, in: event.watch, isDeletion: false, now: now)
        case .attributes:
            tree?.news.touched(event.name, in: event.watch, touch)
            // It may have become readable.
            if tree?.table.child(event.name, of: event.watch) == nil { tree?.appear(event.name, in: event.watch) }
        case .closed, .modified: break
        }
    }

    private func deliver() {
        var events: [WatchEvent] = []
        if let table = tree?.table {
            events = tree?.news.take(table) ?? []
            requests.watchCount.store(table.count, ordering: .relaxed)
            requests.entriesListed.store(tree?.entriesListed ?? 0, ordering: .relaxed)
        }
        if let mark = takeMark() { events.append(.reached(mark)) }
        if !events.isEmpty { mailbox.add(events) }
    }

    /// The last of the marks that may be told: what happened before them has been told, or is being told with them. What is
    /// unsettled may hold news back, so that marks wait for it; no longer than anything stays unsettled.
    private func takeMark() -> UInt64? {
        guard !reached.isEmpty else { return nil }
        let isSettled = tree?.isSettled ?? true
        let now = WatchedTree.now()
        let told = reached.filter { isSettled || $0.since + Self.longestMark <= now }
        reached.removeAll { isSettled || $0.since + Self.longestMark <= now }
        return told.map(\.number).max()
    }

    /// Sleeps until there are events or requests, or until something must be settled.
    private func wait() {
        var descriptors = [inotify.descriptor, requests.wakeUp.descriptor].map {
            pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0)
        }
        let timeout = tree?.isSettled ?? true ? -1 : Int32(WatchedTree.patience)
        poll(&descriptors, nfds_t(descriptors.count), timeout)
        if descriptors[1].revents != 0 { requests.wakeUp.wait() }
    }
}

extension InotifyEvent {
    /// What happened to the name; nil for what is no matter of names.
    fileprivate var touch: WatchEvent.Touch? {
        if mask.contains(.closedAfterWriting) { return .closed }
        if mask.contains(.modified) { return .modified }
        if mask.contains(.created) { return .created }
        if mask.contains(.attributes) { return .attributes }
        if mask.contains(.deleted) { return .removed }
        if mask.contains(.movedFrom) { return .movedAway(cookie) }
        if mask.contains(.movedTo) { return .movedHere(cookie) }
        return nil
    }
}
