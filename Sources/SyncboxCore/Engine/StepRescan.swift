// SPDX-License-Identifier: Apache-2.0

extension Mirror {
    /// How many paths may wait before the rescan pauses: memory stays bounded, however large the tree.
    private static var mostWaiting: Int { 20_000 }
    /// How many directories, and how many entries, are compared before events get their turn.
    private static var directoriesAStep: Int { 64 }
    private static var entriesAStep: Int { 5_000 }

    /// Goes on with the rescan a little: compares directories with the record, and touches what differs. Whether more can be
    /// done at once.
    package mutating func stepRescan(at now: Instant) throws -> Bool {
        guard rescan.isRunning, state != nil, isWatching else { return false }
        var entries = 0
        for _ in 0..<Self.directoriesAStep where entries < Self.entriesAStep {
            guard queue.waitingCount < Self.mostWaiting else { return false }
            guard let directory = rescan.next() else { break }
            let found = try compareEntries(of: directory, at: now)
            rescan.descend(into: found.subdirectories)
            entries += found.count
        }
        if rescan.isRunning { return true }
        if !hasScanned {
            hasScanned = true
            tell(.scanned(waiting: queue.waitingCount))
        }
        return true
    }

    /// Touches the names in `directory` whose look differs from what is confirmed, and those that are gone. Answers the
    /// directories in it, which are left to be compared, and how many entries were looked at.
    @discardableResult
    mutating func compareEntries(
        of directory: RelativePath, at now: Instant
    ) throws -> (subdirectories: [RelativePath], count: Int) {
        let entries: [DirectoryEntry]
        do throws(FileError) {
            entries = try source.list(directory)
        } catch {
            // What can't be read is unknown, not gone: nothing below it is touched.
            if error.isAbsence { uncompared.insert(directory) } else { failed(directory, error) }
            return ([], 0)
        }
        if !queue.contains(directory) { problems.clear(directory) }
        readRules(in: directory)
        if !entries.isEmpty { unknown.remove(directory) }
        let ignored = source.ignoreRules(in: directory)
        var gone = try record.children(of: directory)
        var subdirectories: [RelativePath] = []
        for entry in entries {
            let confirmed = gone.removeValue(forKey: entry.name)
            guard let path = try? directory.appending(entry.name) else { continue }
            compare(path, entry, confirmed, ignored, &subdirectories, at: now)
        }
        if startup != .push || hasScanned { touchGone(gone, in: directory, ignored, at: now) }
        if directory.isRoot { queue.touch(.root, .atOnce, at: now) }
        return (subdirectories, entries.count + gone.count)
    }

    private mutating func compare(
        _ path: RelativePath, _ entry: DirectoryEntry, _ confirmed: Confirmed?, _ ignored: DirectoryRules,
        _ subdirectories: inout [RelativePath], at now: Instant
    ) {
        if let confirmed, confirmed.entry.kind == .directory, confirmed.identity != (try? entry.look.get())?.identity {
            uncompared.insert(path)
        }
        switch entry.look {
        case .failure(let error): failed(path, error)
        case .success(.special):
            special.insert(path)
            if confirmed != nil { queue.touch(path, .atOnce, at: now) }
        case .success(.absent): break
        case .success(.present(let observed)):
            let isDirectory = observed.entry.kind == .directory
            if source.isReserved(path) || ignored.isIgnored(entry.name.span, isDirectory: isDirectory) { return }
            if isDirectory { subdirectories.append(path) }
            let isApart = isLinked(path, observed) && confirmed?.isJoined != true
            if confirmed?.isSameVersion(as: observed) != true || lacksAttributes(confirmed) || isApart {
                queue.touch(path, .atOnce, at: now)
            }
        }
    }

    /// Whether the server lacks extended attributes, which the look of a rescan doesn't read.
    private func lacksAttributes(_ confirmed: Confirmed?) -> Bool {
        guard preserved.contains(.xattrs), let entry = confirmed?.entry else { return false }
        return entry.kind != .symbolicLink && entry.attributes == nil
    }

    private mutating func touchGone(
        _ gone: [[UInt8]: Confirmed], in directory: RelativePath, _ ignored: DirectoryRules, at now: Instant
    ) {
        for (name, confirmed) in gone.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            // What is ignored is not looked at, so that it is missing tells nothing.
            let isDirectory = confirmed.entry.kind == .directory
            guard let path = try? directory.appending(name), !ignored.isIgnored(name.span, isDirectory: isDirectory)
            else { continue }
            if isDirectory { uncompared.insert(path) }
            queue.touch(path, .atOnce, at: now)
        }
    }

    /// Records that a path can't be looked at.
    mutating func failed(_ path: RelativePath, _ error: FileError) {
        note(path, error.problemKind, error.description, attempts: 1)
    }
}

extension Observation {
    /// Which entry of the source it is; nil where it is none that is mirrored.
    fileprivate var identity: Identity? { if case .present(let observed) = self { observed.identity } else { nil } }
}
