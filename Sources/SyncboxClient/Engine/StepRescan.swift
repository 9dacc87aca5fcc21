// SPDX-License-Identifier: Apache-2.0

import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Engine {
    /// How many paths may wait before the rescan pauses: memory stays bounded, however large the tree.
    private static let mostWaiting = 20_000
    /// How many directories are compared before events get their turn.
    private static let directoriesAStep = 64

    /// Goes on with the rescan a little: compares directories with the index, and touches what differs.
    func stepRescan() throws {
        guard rescan.isRunning, state != nil, isWatching else { return }
        for _ in 0..<Self.directoriesAStep {
            guard queue.waitingCount < Self.mostWaiting else { return }
            guard let directory = rescan.next() else { break }
            try compare(directory)
        }
        if rescan.isRunning {
            wakeUps.wake()
        } else if !hasScanned {
            hasScanned = true
            parts.logger.log(
                .scanned, .info, "the source has been compared: \(queue.waitingCount) paths to mirror")
        }
    }

    /// Touches the names in `directory` whose look differs from what is confirmed, and those that are gone.
    private func compare(_ directory: RelativePath) throws {
        rescan.descend(into: try compareEntries(of: directory))
    }

    /// The same, without going on to the directories below, which are answered.
    @discardableResult
    func compareEntries(of directory: RelativePath) throws -> [RelativePath] {
        let entries: [DirectoryEntry]
        do throws(FileError) {
            entries = try parts.root.list(directory)
        } catch {
            // What can't be read is unknown, not gone: nothing below it is touched.
            if !error.isAbsence { failed(directory, error) }
            return []
        }
        parts.pulse.beat()
        let now = Clock.now
        if !queue.contains(directory) { problems.clear(directory) }
        readRules(in: directory)
        if !entries.isEmpty { unknown.remove(directory) }
        let ignored = rules.rules(in: directory)
        var gone = try index.children(of: directory)
        var subdirectories: [RelativePath] = []
        for entry in entries {
            let confirmed = gone.removeValue(forKey: entry.name)
            guard let path = try? directory.appending(entry.name) else { continue }
            compare(path, entry, confirmed, ignored, &subdirectories, at: now)
        }
        if parts.settings.startup != .push || hasScanned { touchGone(gone, in: directory, ignored, at: now) }
        if directory.isRoot { queue.touch(.root, .atOnce, at: now) }
        return subdirectories
    }

    private func compare(
        _ path: RelativePath, _ entry: DirectoryEntry, _ confirmed: Confirmed?, _ ignored: DirectoryRules,
        _ subdirectories: inout [RelativePath], at now: Clock.Instant
    ) {
        switch entry.look {
        case .failure(let error): failed(path, error)
        case .success(.special):
            special.insert(path)
            if confirmed != nil { queue.touch(path, .atOnce, at: now) }
        case .success(.absent): break
        case .success(.present(let observed)):
            let isDirectory = observed.entry.kind == .directory
            if rules.isReserved(path) || ignored.isIgnored(entry.name.span, isDirectory: isDirectory) { return }
            if isDirectory { subdirectories.append(path) }
            if confirmed?.isSameVersion(as: observed) != true { queue.touch(path, .atOnce, at: now) }
        }
    }

    private func touchGone(
        _ gone: [[UInt8]: Confirmed], in directory: RelativePath, _ ignored: DirectoryRules, at now: Clock.Instant
    ) {
        for (name, confirmed) in gone {
            // What is ignored is not looked at, so that it is missing tells nothing.
            let isDirectory = confirmed.entry.kind == .directory
            guard let path = try? directory.appending(name), !ignored.isIgnored(name.span, isDirectory: isDirectory)
            else { continue }
            queue.touch(path, .atOnce, at: now)
        }
    }

    /// Records that a path can't be looked at.
    func failed(_ path: RelativePath, _ error: FileError) {
        record(path, error.problemKind, error.description, attempts: 1)
    }
}
