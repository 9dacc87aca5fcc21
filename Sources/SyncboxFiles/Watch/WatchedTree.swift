// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore

/// The watches on all directories of a tree, kept right while the tree changes.
///
/// The kernel's queue is always behind the disk. So an event says where to look, and what is there now follows from looking:
///
///   - A name appears: whatever directory is there now is opened and watched. The same inode gives the same watch, which tells
///     a moved directory from a new one, without regard to cookies or to the order of events.
///   - A name disappears: its watch is detached, and placed again where it turns up. That must happen soon, since the
///     rename is over; otherwise the directory is gone.
///   - A path in the table may be out of date, because events are still queued: a directory that is opened by its path is used only
///     if watching it gives its own watch again. Otherwise it is *unlisted*, and done once its events have come.
struct WatchedTree {
    /// How long a detached watch may take to turn up, in milliseconds: both events of a rename come from one system call.
    static let patience: UInt64 = 50
    /// How long an unlisted directory is tried again, in milliseconds, before it counts as unwatched.
    static let longestUnlisted: UInt64 = 2000

    /// What is to be told.
    var news = WatchNews()
    private(set) var table: WatchTable
    /// How many entries the directories had that were gone through so far, for the first time or again.
    private(set) var entriesListed = 0

    private let root: Root
    private let inotify: Inotify
    private let rootWatch: WatchTable.Watch
    private let ignores: (RelativePath) -> Bool
    /// Directories that are watched, but whose subdirectories may not all be, since when.
    private var unlisted: [WatchTable.Watch: UInt64] = [:]

    /// Watches the root alone.
    init(_ root: Root, _ inotify: Inotify, ignores: @escaping (RelativePath) -> Bool) throws(FileError) {
        self.root = root
        self.inotify = inotify
        self.ignores = ignores
        rootWatch = try inotify.watch(root.directory, path: .root, isRoot: true)
        table = WatchTable(root: rootWatch)
    }

    /// Whether something is left that only time settles.
    var isSettled: Bool { table.detached.isEmpty && unlisted.isEmpty }

    /// Watches a directory with all below it, even where it is known already, and tells it as new.
    mutating func addTree(_ path: RelativePath) {
        guard let parent = path.parent else { return add(rootWatch) }
        guard let watch = table.watch(at: parent) else {
            return news.tell(unwatched: path, FileError(.notFound, operation: "watch", path: parent))
        }
        appear(Array(path.name), in: watch, again: true)
    }

    private mutating func add(_ watch: WatchTable.Watch) {
        news.newDirectory(watch)
        cover(watch, again: true)
    }

    /// A directory of this name may be in a watched directory now. `again` also goes through one that is known.
    mutating func appear(_ name: [UInt8], in parent: WatchTable.Watch, again: Bool = false) {
        guard let (directory, parentPath) = openWatched(parent) else { return }
        guard let path = try? parentPath.appending(name) else {
            return news.tell(unwatched: parentPath, FileError(.nameTooLong, operation: "watch", path: parentPath))
        }
        // A name that came changed its directory, whatever becomes of the name: it may be ignored.
        news.touched([], in: parent, .attributes)
        if ignores(path) { return }
        do throws(FileError) {
            guard let watch = try place(name, at: path, of: directory, in: parent, again: again) else { return }
            news.newDirectory(watch)
            cover(watch, again: again)
        } catch {
            news.tell(unwatched: path, error)
        }
    }

    /// A directory's name is no longer in a watched directory. `isDeletion` says that nobody will find it elsewhere.
    mutating func disappear(_ name: [UInt8], in parent: WatchTable.Watch, isDeletion: Bool, now: UInt64) {
        let isWatched = table.child(name, of: parent) != nil
        news.touched([], in: parent, .attributes)
        if isDeletion || !isWatched { news.gone(name, in: parent) }
        table.detach(name, in: parent, now: now, isTold: isDeletion)
    }

    /// The kernel has ended a watch, because its directory no longer exists or was unmounted.
    mutating func forget(_ watch: WatchTable.Watch, isUnmounted: Bool) {
        guard table.contains(watch), watch != rootWatch else { return }
        let path = table.path(of: watch)
        let detached = table.detached.first { $0.watch == watch }
        // What took its name, as by a rename over it, is told by itself.
        let isToBeTold = detached.map { !$0.isTold && table.child($0.name, of: $0.parent) == nil } ?? false
        let formerPath = detached.flatMap { isToBeTold ? table.path(of: $0.name, in: $0.parent) : nil }
        inotify.unwatch(table.remove(watch))
        if let gone = path ?? formerPath { news.tell(isUnmounted ? .unmounted(gone) : .directoryGone(gone)) }
    }

    /// Whether the watch is the root's.
    func isRoot(_ watch: WatchTable.Watch) -> Bool { watch == rootWatch }

    /// To be called when the kernel's queue is empty: tries unlisted directories again, and gives up what is detached for long.
    mutating func settle(now: UInt64) {
        for (watch, since) in unlisted {
            unlisted[watch] = nil
            guard table.contains(watch) else { continue }
            if since + Self.longestUnlisted > now {
                cover(watch, again: false)
                // What has been made in it meanwhile was never told: whoever looks at all of it finds that.
                if unlisted[watch] == nil { news.newDirectory(watch) } else { unlisted[watch] = since }
            } else if let path = table.path(of: watch) {
                news.tell(unwatched: path, FileError(.busy, operation: "watch", path: path))
            }
        }
        for detached in table.detached where detached.since + Self.patience <= now { giveUp(detached) }
    }

    private mutating func giveUp(_ detached: WatchTable.Detached) {
        // Events that crossed may have detached what is in place: a look tells.
        if table.contains(detached.parent) { appear(detached.name, in: detached.parent) }
        guard table.detached.contains(where: { $0.watch == detached.watch }) else { return }
        if !detached.isTold, let path = table.path(of: detached.name, in: detached.parent) {
            news.tell(.directoryGone(path))
        }
        inotify.unwatch(table.remove(detached.watch))
    }

    /// Goes through the whole tree, watches what is there and nothing else, and tells that events were lost.
    mutating func walkAnew() {
        news.loseTrack()
        unlisted = [:]
        table.beginRound()
        cover(rootWatch, again: true)
        inotify.unwatch(table.endRound())
    }

    /// Watches everything below a watched directory. Goes on below what is watched already only if `again`.
    private mutating func cover(_ top: WatchTable.Watch, again: Bool) {
        var remaining = [top]
        while let watch = remaining.popLast() {
            guard let (directory, path) = openWatched(watch) else { continue }
            do throws(FileError) {
                let listed = try root.subdirectories(of: directory, path: path)
                entriesListed += listed.entries
                for name in listed.names {
                    guard let child = try coverOne(name, of: directory, at: path, in: watch, again: again) else {
                        continue
                    }
                    remaining.append(child)
                }
            } catch  where error.isAbsence {
                // It was removed while it was listed, which its own events tell.
                continue
            } catch {
                let isExhausted = error.code == .noWatches
                news.tell(unwatched: isExhausted ? table.path(of: top) ?? path : path, error)
                if isExhausted { return }
            }
        }
    }

    /// Watches one subdirectory. What concerns it alone is told; throws when there are no more watches.
    private mutating func coverOne(
        _ name: [UInt8], of directory: Descriptor, at parentPath: RelativePath, in parent: WatchTable.Watch, again: Bool
    ) throws(FileError) -> WatchTable.Watch? {
        guard let path = try? parentPath.appending(name) else {
            news.tell(unwatched: parentPath, FileError(.nameTooLong, operation: "watch", path: parentPath))
            return nil
        }
        do throws(FileError) {
            return try place(name, at: path, of: directory, in: parent, again: again)
        } catch  where error.code != .noWatches {
            news.tell(unwatched: path, error)
            return nil
        }
    }

    /// Watches the directory of this name, if there is one and it isn't ignored. Returns its watch where it must be gone through.
    private mutating func place(
        _ name: [UInt8], at path: RelativePath, of directory: Descriptor, in parent: WatchTable.Watch, again: Bool
    ) throws(FileError) -> WatchTable.Watch? {
        if ignores(path) { return nil }
        let watch: WatchTable.Watch
        do throws(FileError) {
            let child = try root.open(name, in: directory, O_RDONLY | O_DIRECTORY, path: path)
            watch = try inotify.watch(child, path: path)
        } catch  where error.isAbsence {
            return nil
        }
        if try isElsewhereToo(watch, path) {
            throw FileError(.unsupported, operation: "watch", path: path)
        }
        switch table.place(watch, in: parent, named: name, now: Self.now()) {
        case .new: return watch
        case .same: return again ? watch : nil
        case .returned:
            news.tell(.directoryMoved(from: path, to: path))
            return again ? watch : nil
        case .moved(nil): return watch
        case .moved(.some(let old)):
            news.tell(.directoryMoved(from: old, to: path))
            return again ? watch : nil
        case .impossible:
            unlist(parent)
            return nil
        }
    }

    /// Whether two paths lead to the same directory at the same time, as with `mount --bind`: the kernel has one watch for
    /// both, and tells changes in only one.
    private func isElsewhereToo(_ watch: WatchTable.Watch, _ path: RelativePath) throws(FileError) -> Bool {
        guard let other = table.path(of: watch), other != path else { return false }
        do throws(FileError) {
            for place in [other, path] {
                guard try inotify.watch(root.open(place, O_RDONLY | O_DIRECTORY), path: place) == watch else {
                    return false
                }
            }
            return true
        } catch  where error.isAbsence {
            return false
        }
    }

    /// Opens a watched directory by its path; nil, and unlisted, where that leads elsewhere at the moment.
    private mutating func openWatched(_ watch: WatchTable.Watch) -> (Descriptor, RelativePath)? {
        guard let path = table.path(of: watch) else {
            if table.contains(watch) { unlist(watch) }
            return nil
        }
        do throws(FileError) {
            let directory = try root.open(path, O_RDONLY | O_DIRECTORY)
            if try inotify.watch(directory, path: path) == watch { return (directory, path) }
            unlist(watch)
        } catch  where error.isAbsence {
            unlist(watch)
        } catch {
            news.tell(unwatched: path, error)
        }
        return nil
    }

    private mutating func unlist(_ watch: WatchTable.Watch) {
        unlisted[watch] = unlisted[watch] ?? Self.now()
    }

    /// The monotonic clock, in milliseconds.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
