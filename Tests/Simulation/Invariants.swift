// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

extension World {
    func violate(_ what: String) {
        if violations.count < 5 { violations.append(what) }
    }

    /// Never torn: a file at the destination is a version that its name, or for what lies in a directory some name, had.
    func checkDestination() {
        checkOutside()
        guard !isTampered else { return }
        let all = versions.values.reduce(into: Set<Digest>()) { $0.formUnion($1) }
        for (path, node) in server.tree.tree.all where node.kind == .file && path != Self.stranger {
            let allowed = path.depth == 1 && !node.isLarge ? versions[path] ?? [] : all
            if !allowed.contains(node.digest), !hasStrangers {
                violate("\(path) shows a content that it never had: \(node.content)")
            }
        }
        if server.tree.tree.node(at: Self.stranger) == nil { violate("an entry that was nobody's is gone") }
    }

    /// Never acknowledged before durable: whatever is recorded and vouched for outlives a power loss.
    func checkDurable() {
        let certain = server.tree.certain
        for item in server.catalog.all where item.entry.isVouched {
            let node = certain.node(at: item.path)
            if node?.kind != item.entry.kind {
                violate("\(item.path) is recorded, and would be lost with the power")
            } else if let node, item.entry.kind == .file, let digest = item.entry.digest,
                !node.isSynced || node.digest != digest
            {
                violate("the content of \(item.path) is recorded, and would be lost with the power")
            }
        }
    }

    /// Never deleted without evidence: where something is to be removed there is nothing, and it could be seen.
    func checkEvidence(_ plan: BatchPlan) {
        for case .remove(let path) in plan.changes {
            if !source.isMounted { violate("\(path) is removed while the source is not mounted") }
            if !trouble.haste, let node = source.tree.node(at: path),
                !source.isIgnored(path, isDirectory: node.kind == .directory)
            {
                violate("\(path) is removed and still there")
            }
            let closed = path.ancestors.contains { source.tree.inode(at: $0).map(source.closed.contains) ?? false }
            if closed { violate("\(path) is removed, and nobody could see whether it is gone") }
        }
    }

    // MARK: - Rest

    /// How often the world may turn until it rests.
    private static let longestRest = 3000

    /// The trouble ends, and everything comes to rest. Answers whether it did.
    func rest() throws -> Bool {
        isResting = true
        editor.closeAll()
        source.failures = 0
        server.tree.failures = 0
        server.tree.callsLeft = nil
        server.tree.meanwhile = {}
        server.failsToRecord = false
        source.closed = []
        watch.longestQueue = .max
        if !source.isMounted || trouble.clientCrashes {
            repeat { restartClient() } while !source.isMounted
        }
        if isTampered { try restartServer() }
        var hasCompared = false
        var hasAsked = false
        var hasTriedAgain = false
        for turn in 0..<Self.longestRest {
            // A path's attempts begin anew where a crash parted it from others: some would never be used up.
            isCalm = turn >= Self.longestRest / 2
            try deliver(100)
            try runEngine()
            while !flights.isEmpty { try performOne(mayFail: false) }
            guard mirror.isIdle, watch.isEmpty else {
                pass(
                    mirror.nextDue().map { max(.milliseconds(1), moment.instant.duration(to: $0)) } ?? .milliseconds(1))
                continue
            }
            if !hasAsked {
                // In time the engine asks by itself whether the server still has everything.
                hasAsked = true
                pass(Mirror<SimulatedSource, SimulatedRecord>.longestSilence)
                continue
            }
            // A person lets go what is held, having seen that it is right.
            if try mirror.release(at: moment.instant) != nil {
                hasAsked = false
                continue
            }
            // What is out of attempts is tried again by itself.
            if mirror.problems.count > 0, !hasTriedAgain {
                hasTriedAgain = true
                pass(RetryPolicy().rarely)
                continue
            }
            // What was never told only a comparison finds.
            guard needsComparison, !hasCompared else { return true }
            hasCompared = true
            hasAsked = false
            mirror.rescanAll()
        }
        return false
    }

    /// What differs between the source and the destination, and what both sides have recorded.
    func differences() -> [String] {
        var expected: [RelativePath: String] = [:]
        for (path, node) in source.tree.all where !source.isIgnored(path, isDirectory: node.kind == .directory) {
            expected[path] = line(node)
        }
        var found: [RelativePath: String] = [:]
        for (path, node) in server.tree.tree.all where path != Self.stranger {
            if expected[path] != nil || !hasStrangers { found[path] = line(node) }
        }
        for (path, names) in names(of: Set(expected.keys), in: source.tree) {
            source.tree.node(at: path).map { expected[path]? += preserved($0, names) }
        }
        for (path, names) in names(of: Set(expected.keys), in: server.tree.tree) {
            server.tree.tree.node(at: path).map { found[path]? += preserved($0, names) }
        }
        var differences = Set(expected.keys).union(found.keys).sorted().compactMap { path in
            expected[path] == found[path]
                ? nil : "\(path): \(expected[path] ?? "nothing") is \(found[path] ?? "nothing")"
        }
        let recorded = Dictionary(uniqueKeysWithValues: server.catalog.all.map { ($0.path, $0.entry) })
        let confirmed = record.all.mapValues(\.entry)
        for path in Set(confirmed.keys).union(recorded.keys).sorted()
        where !agree(confirmed[path], recorded[path]) {
            let entries = [confirmed[path], recorded[path]].map { $0.map { "\($0)" } ?? "nothing" }
            differences.append("\(path) is confirmed as \(entries[0]) and recorded as \(entries[1])")
        }
        if record.state != server.state { differences.append("the record describes another state") }
        return differences + silentShortfalls()
    }

    /// Whether the client's record is the server's. What the server holds incompletely the client does not count on at all.
    private func agree(_ confirmed: Entry?, _ recorded: Entry?) -> Bool {
        guard let confirmed, let recorded else { return confirmed == nil && recorded == nil }
        return confirmed == recorded.without(Set(Preserve.allCases).subtracting(confirmed.preserved))
    }

    /// Of each of `paths` those among them that are the same file in `tree`.
    private func names(
        of paths: Set<RelativePath>, in tree: SimulatedTree
    ) -> [RelativePath: [RelativePath]] {
        let inodes = paths.compactMap { path in tree.inode(at: path).map { (path, $0) } }
        let groups = Dictionary(grouping: inodes, by: \.1).mapValues { $0.map(\.0).sorted() }
        return Dictionary(uniqueKeysWithValues: inodes.map { ($0.0, groups[$0.1] ?? []) })
    }

    private func line(_ node: SimulatedTree.Node) -> String {
        let time = "\(node.modified.seconds).\(node.modified.nanoseconds)"
        return switch node.kind {
        case .file: "file \(node.mode) \(time) \(node.isLarge) \(node.content)"
        case .directory: "directory \(node.mode) \(time)"
        case .symbolicLink: "link \(time) \(node.target)"
        }
    }
}
