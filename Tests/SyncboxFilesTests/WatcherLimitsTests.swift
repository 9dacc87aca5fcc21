// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

/// Where the watcher's thread can be made to wait.
final class Gate: Sendable {
    private let isClosed = Atomic(false)
    private let isReached = Atomic(false)

    func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

    func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

    func pass() {
        isReached.store(isClosed.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
        while isClosed.load(ordering: .sequentiallyConsistent) { usleep(100) }
    }

    func waitUntilReached() {
        while !isReached.load(ordering: .sequentiallyConsistent) { usleep(100) }
    }
}

@Suite struct WatcherLimitsTests {
    @Test("When the kernel's queue overflows, that is told, and everything is watched as it is then")
    func kernelOverflow() async throws {
        let gate = Gate()
        let source = try await WatchedSource { path in
            if path.name.elementsEqual("gate".utf8) { gate.pass() }
            return false
        } prepare: {
            try $0.makeDirectory("source/d/old")
        }
        try await source.read()
        gate.close()
        try await source.shell("mkdir gate")
        gate.waitUntilReached()
        // The watcher is busy with the gate, and the queue takes 16,384 events by default.
        try await source.shell("mv d x; mkdir x/new; i=0; while [ $i -lt 20000 ]; do : > a; : > b; i=$((i+1)); done")
        gate.open()
        try await source.wait { $0.contains(.lostTrack) }
        source.forget()
        try await source.shell(": > x/old/file; : > x/new/file")
        try await source.wait { events in
            try events.contains(.touched(path("x/old/file"), .closed))
                && events.contains(.touched(path("x/new/file"), .closed))
        }
        #expect(source.watcher.watchCount == 5)
    }

    @Test("When nobody takes the events, one that says so takes their place, and the gravest stay")
    func mailboxOverflow() async throws {
        let source = try await WatchedSource(
            fault: Self.noWatchForFirstChild, capacity: 10, prepare: { try $0.makeDirectory("source/d") })
        try await source.shell("for n in 1 2 3 4 5 6 7 8 9; do echo x > $n; done; mkdir new; : > new/file")
        // Events are taken in order: what came before is in the mailbox.
        let deadline = ContinuousClock.now + .seconds(60)
        while source.watcher.watchCount < 2 && ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        let events = try #require(await source.watcher.next())
        #expect(events.first == .lostTrack)
        #expect(events.contains { if case .unwatched = $0 { true } else { false } })
        #expect(events.count <= 11)
    }

    /// The calls are: open the queue; watch the root; open, watch, list it to its end; open its first directory, watch that.
    private static let noWatchForFirstChild = FaultPlan.Fault.once(8, errno: ENOSPC)

    @Test("When watches run out, that is told with the setting that mends it, and the rest goes on")
    func outOfWatches() async throws {
        let source = try await WatchedSource(
            fault: Self.noWatchForFirstChild, prepare: { try $0.makeDirectory("source/d") })
        try await source.read()
        let told = source.events.compactMap { event -> String? in
            if case .unwatched(_, .unwatched, let text) = event { text } else { nil }
        }
        #expect(told.count == 1)
        #expect(told.first?.contains("fs.inotify.max_user_watches") == true)
        source.watcher.addTree(.root)
        try await source.wait { $0.count(where: { $0 == .newDirectory(.root) }) == 2 }
        #expect(source.watcher.watchCount == 2)
    }

    @Test("A directory that may not be read is unwatched, and new once it may")
    func unreadable() async throws {
        let (tree, watcher) = try await asOrdinaryUser {
            let tree = try TemporaryTree()
            try tree.makeDirectory("closed/inner")
            chmod(tree.absolute("closed"), 0)
            // The watcher's thread has the rights of the thread that makes it.
            return (tree, try Watcher(tree.open()) { _ in false })
        }
        defer { watcher.stop() }
        var events: [WatchEvent] = []
        while !events.contains(where: { if case .unwatched = $0 { true } else { false } }) {
            events += try #require(await watcher.next())
        }
        #expect(
            events.contains {
                if case .unwatched(let path, .permission, _) = $0 { path.description == "closed" } else { false }
            })
        chmod(tree.absolute("closed"), 0o755)
        while try !events.contains(.newDirectory(path("closed"))) { events += try #require(await watcher.next()) }
        #expect(watcher.watchCount == 3)
    }

    @Test("Ignored directories are not watched until they are asked for")
    func ignored() async throws {
        let ignores = Atomic(true)
        let source = try await WatchedSource { path in
            ignores.load(ordering: .relaxed) && path.name.elementsEqual("temp".utf8)
        } prepare: { tree in
            try tree.makeDirectory("source/temp/inner")
            try tree.makeDirectory("source/d")
        }
        try await source.read()
        #expect(source.watcher.watchCount == 2)
        source.forget()
        try await source.shell("mkdir d/temp; : > d/temp/file; : > temp/inner/file; mv d/temp temp/other")
        try await source.barrier()
        #expect(try !source.events.contains(.newDirectory(path("d/temp"))))
        // Only that the directories themselves changed is told.
        let touched = source.events.filter { if case .touched = $0 { true } else { false } }
        #expect(try Set(touched).isSubset(of: [.touched(path("d"), .attributes), .touched(.root, .attributes)]))
        ignores.store(false, ordering: .relaxed)
        source.watcher.addTree(try path("temp"))
        try await source.wait { try $0.contains(.newDirectory(path("temp"))) }
        #expect(source.watcher.watchCount == 5)
        try await source.shell(": > temp/other/file")
        try await source.wait { try $0.contains(.touched(path("temp/other/file"), .closed)) }
    }

    @Test("A directory that moves where it is ignored is gone; one that moves out of there is new")
    func movesAcrossIgnored() async throws {
        let source = try await WatchedSource {
            $0.name.elementsEqual("temp".utf8)
        } prepare: { tree in
            try tree.makeDirectory("source/d/inner")
        }
        try await source.read()
        try await source.shell("mv d temp")
        try await source.wait { try $0.contains(.directoryGone(path("d"))) }
        try await source.barrier()
        #expect(source.watcher.watchCount == 1)
        try await source.shell("mv temp e")
        try await source.wait { try $0.contains(.newDirectory(path("e"))) }
        #expect(source.watcher.watchCount == 3)
    }

    @Test("A root that is renamed is told last")
    func rootGone() async throws {
        let source = try await WatchedSource()
        try await source.read()
        try await source.shell("mv ../source ../elsewhere")
        try await source.wait { $0.last == .rootGone }
    }

    @Test("A task that is cancelled while it waits for events gets none, and those that come are for the next")
    func cancellation() async throws {
        let source = try await WatchedSource()
        #expect(await source.watcher.next() == [.newDirectory(.root)])
        let waiting = Task { await source.watcher.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        try source.tree.write("source/file", "")
        #expect(await source.watcher.next()?.isEmpty == false)
    }

    @Test("The limit is what the system says")
    func limit() throws {
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_user_watches", encoding: .utf8)
        #expect(Watcher.limit == Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
