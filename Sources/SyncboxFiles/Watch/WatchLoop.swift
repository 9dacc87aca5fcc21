// SPDX-License-Identifier: Apache-2.0

import CLinux
import Synchronization
import SyncboxCore

/// The watcher's thread: waits for the kernel's events, lets the tree take them, and delivers what there is to look at.
final class WatchLoop {
    /// How often the queue is read, in search of its end, before what was read is delivered.
    private static let mostReads = 8

    private let root: Root
    private let inotify: Inotify
    private let requests: WatchRequests
    private let mailbox: WatchMailbox
    private let ignores: (RelativePath) -> Bool
    /// nil where not even the root could be watched.
    private var tree: WatchedTree?
    private var hasLostTrack = false
    private var isRootGone = false

    init(
        root: Root, inotify: Inotify, requests: WatchRequests, mailbox: WatchMailbox,
        ignores: @escaping (RelativePath) -> Bool
    ) {
        self.root = root
        self.inotify = inotify
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
                    if let now = tree?.now() { tree?.settle(now: now) }
                    break
                }
            }
        } catch {
            hasLostTrack = true
        }
        if hasLostTrack {
            tree?.walkAnew()
            hasLostTrack = false
        }
    }

    private func take(_ event: InotifyEvent) {
        if event.mask.contains(.overflow) { hasLostTrack = true }
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
        guard let touch = event.touch, let now = tree?.now() else { return }
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
        guard let table = tree?.table, let events = tree?.news.take(table) else { return }
        requests.watchCount.store(table.count, ordering: .relaxed)
        if !events.isEmpty { mailbox.add(events) }
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
