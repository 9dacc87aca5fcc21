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
        try decideFound(at: now)
        try noteHeld()
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
    /// directories in it, which are left to be compared, and how many entries were looked at. `isNew`: the directory is about to
    /// be made, so that nothing is confirmed in it; what the record has at its path belongs to another one, which moves away.
    @discardableResult
    mutating func compareEntries(
        of directory: RelativePath, isNew: Bool = false, at now: Instant
    ) throws -> (subdirectories: [RelativePath], count: Int) {
        let entries: [DirectoryEntry]
        do throws(FileError) {
            entries = try source.list(directory)
        } catch {
            // What can't be read is unknown, not gone: nothing below it is touched.
            guard error.isAbsence else {
                failed(directory, error, at: now)
                return ([], 0)
            }
            uncompared.insert(directory)
            unseen.remove(directory)
            return ([], 0)
        }
        if !queue.contains(directory) { problems.clear(directory) }
        compared.add(directory, at: now)
        if !problems.hasUnwatched(in: directory) { unseen.remove(directory) }
        readRules(in: directory, at: now)
        if !entries.isEmpty { unknown.remove(directory) }
        let ignored = source.ignoreRules(in: directory)
        var gone = isNew ? [:] : try record.children(of: directory)
        var subdirectories: [RelativePath] = []
        for entry in entries {
            let confirmed = gone.removeValue(forKey: entry.name)
            guard let path = try? directory.appending(entry.name) else { continue }
            compare(path, entry, confirmed, ignored, &subdirectories, at: now)
        }
        if startup != .push || hasScanned {
            found(paths(gone, in: directory, ignored), isEmptied: isEmptied(directory, entries, ignored), at: now)
        }
        touchFlights(in: directory, at: now)
        if directory.isRoot { queue.touch(.root, .atOnce, at: now) }
        return (subdirectories, entries.count + gone.count)
    }

    /// What is on its way to the server is in no record yet, so that nothing was compared with it: it is looked at afterwards.
    private mutating func touchFlights(in directory: RelativePath, at now: Instant) {
        for path in queue.inFlight(in: directory).sorted() { queue.touch(path, .atOnce, at: now) }
    }

    private mutating func compare(
        _ path: RelativePath, _ entry: DirectoryEntry, _ confirmed: Confirmed?, _ ignored: DirectoryRules,
        _ subdirectories: inout [RelativePath], at now: Instant
    ) {
        if let confirmed, confirmed.entry.kind == .directory, confirmed.identity != (try? entry.look.get())?.identity {
            uncompared.insert(path)
        }
        switch entry.look {
        case .failure(let error): failed(path, error, at: now)
        case .success(.special):
            special.insert(path)
            if confirmed != nil { queue.touch(path, .atOnce, at: now) }
        case .success(.absent): break
        case .success(.present(let observed)):
            let isDirectory = observed.entry.kind == .directory
            if path.isReserved || ignored.isIgnored(entry.name.span, isDirectory: isDirectory) { return }
            if isDirectory { subdirectories.append(path) }
            // What is there again is not deleted; where something else is there by now, a directory may be.
            if confirmed == nil || confirmed?.entry.kind == observed.entry.kind { brake.forget(path) }
            let isApart = isLinked(path, observed) && confirmed?.isJoined != true
            if confirmed?.isSameVersion(as: observed) != true || lacksAttributes(confirmed) || isApart {
                if !queue.contains(path) { differences?.source += 1 }
                queue.touch(path, .atOnce, at: now, because: path.parent)
                if observed.entry.kind == .file { queue.measure(path, observed.entry.size) }
            }
        }
    }

    /// Whether the server lacks extended attributes, which the look of a rescan doesn't read.
    private func lacksAttributes(_ confirmed: Confirmed?) -> Bool {
        guard preserved.contains(.xattrs), let entry = confirmed?.entry else { return false }
        return entry.kind != .symbolicLink && entry.attributes == nil
    }

    /// Where something is gone: what is ignored is not looked at, so that it is missing tells nothing.
    private mutating func paths(
        _ gone: [[UInt8]: Confirmed], in directory: RelativePath, _ ignored: DirectoryRules
    ) -> [RelativePath] {
        let names = gone.filter { name, confirmed in
            !ignored.isIgnored(name.span, isDirectory: confirmed.entry.kind == .directory)
        }
        for (name, confirmed) in names where confirmed.entry.kind == .directory {
            if let path = try? directory.appending(name) { uncompared.insert(path) }
        }
        let paths = names.keys.compactMap { try? directory.appending($0) }.sorted()
        differences?.source += UInt64(paths.count { !queue.contains($0) })
        return paths
    }

    /// What a new file system has of its own (mke2fs(8)): a root with nothing else in it is as good as empty.
    private static var lostAndFound: String { "lost+found" }

    /// Whether `directory` is the root and shows nothing that could be mirrored: its file system may not be mounted, or another
    /// one be in its place. What can't be looked at is something.
    private func isEmptied(_ directory: RelativePath, _ entries: [DirectoryEntry], _ ignored: DirectoryRules) -> Bool {
        guard directory.isRoot else { return false }
        return !entries.contains { entry in
            guard case .success(let look) = entry.look else { return true }
            guard case .present(let observed) = look, !entry.name.elementsEqual(Self.lostAndFound.utf8),
                let path = try? directory.appending(entry.name)
            else { return false }
            let isDirectory = observed.entry.kind == .directory
            return !path.isReserved && !ignored.isIgnored(entry.name.span, isDirectory: isDirectory)
        }
    }

    /// Records that it can't be told what is at a path, which is tried again.
    mutating func failed(_ path: RelativePath, _ error: FileError, at now: Instant) {
        failed(path, error.problemKind, error.description, at: now)
    }
}

extension Observation {
    /// Which entry of the source it is; nil where it is none that is mirrored.
    fileprivate var identity: Identity? { if case .present(let observed) = self { observed.identity } else { nil } }
}
