// SPDX-License-Identifier: Apache-2.0

import CLinux
import Foundation
import SyncboxCore
import SyncboxFiles
import Synchronization
import Testing

/// A tree that is watched, and all that the watcher has told so far.
final class WatchedSource: Sendable {
    let tree: TemporaryTree
    let root: Root
    let faults: FaultPlan
    let watcher: Watcher
    private let collected = Mutex<[WatchEvent]>([])
    private let reader = Mutex<Task<Void, Never>?>(nil)

    /// Watches the tree `source` in a temporary directory, and waits until all that is there is watched.
    init(
        fault: FaultPlan.Fault? = nil, hasMarks: Bool = false, capacity: Int = Watcher.defaultCapacity,
        ignores: @escaping @Sendable (RelativePath) -> Bool = { _ in false },
        prepare: (TemporaryTree) throws -> Void = { _ in }
    ) async throws {
        tree = try TemporaryTree()
        try tree.makeDirectory("source")
        chmod(tree.absolute("source"), 0o777)
        try prepare(tree)
        faults = FaultPlan()
        root = try Root(opening: tree.absolute("source"), faults: faults)
        faults.restart(fault)
        watcher = try Watcher(
            root, marks: hasMarks ? tree.absolute("marks") : nil, capacity: capacity, ignores: ignores)
    }

    deinit {
        watcher.stop()
    }

    /// Begins to take the events, and waits until everything is watched.
    func read() async throws {
        let watcher = watcher
        let task = Task { [weak self] in
            while let events = await watcher.next() { self?.add(events) }
        }
        reader.withLock { $0 = task }
        try await wait { $0.contains(.newDirectory(.root)) }
    }

    private func add(_ events: [WatchEvent]) {
        collected.withLock { $0 += events }
    }

    /// All that was told since `forget()`.
    var events: [WatchEvent] { collected.withLock { $0 } }

    func forget() {
        collected.withLock { $0 = [] }
    }

    /// Waits until the events are what is expected: 10 seconds at the most, and longer where other tests take all threads.
    func wait(_ comment: Comment? = nil, _ isExpected: ([WatchEvent]) throws -> Bool) async throws {
        for _ in 0..<5000 {
            if try isExpected(events) { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("not told within 10 s\(comment.map { ": \($0)" } ?? ""); told was \(events.suffix(30))")
        throw CancellationError()
    }

    /// Waits until the watcher has told everything that happened before: events come in order.
    func barrier() async throws {
        let name = "barrier-\(UUID().uuidString)"
        try tree.write("source/" + name, "")
        let place = try path(name)
        try await wait { $0.contains(.touched(place, .closed)) }
        unlink(tree.absolute("source/" + name))
        try await wait { $0.contains(.touched(place, .removed)) }
        collected.withLock { $0.removeAll { if case .touched(place, _) = $0 { true } else { false } } }
    }

    /// Runs a script in the source, on a thread where waiting for it holds up no other test.
    func shell(_ script: String) async throws {
        let tree = tree
        try await Self.onThread {
            _ = try tree.run("/bin/sh", ["-ec", "cd \"$0\"; " + script, tree.absolute("source")])
        }
    }

    /// Runs what blocks.
    static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await threads.get().run(body)
    }

    private static let threads = Result { try FileThreads(count: 4, name: "test") }
}
