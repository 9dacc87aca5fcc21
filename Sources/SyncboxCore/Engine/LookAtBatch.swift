// SPDX-License-Identifier: Apache-2.0

extension Mirror {
    /// Looks at `paths`, at the parents that the server does not know yet, and at the places that moved entries left.
    mutating func look(at paths: [RelativePath], _ now: Instant) throws -> Batch {
        var batch = Batch(flight: flights.last)
        for path in paths { look(at: path, &batch, now) }
        try takeParents(&batch, now)
        try recognizeMoves(&batch, now)
        try compareStrangeParents(of: &batch)
        return batch
    }

    private mutating func look(at path: RelativePath, _ batch: inout Batch, _ now: Instant) {
        batch.taken.insert(path)
        if written.remove(path) { batch.written.insert(path) }
        do throws(FileError) {
            let observation = try source.look(at: path)
            batch.observations[path] = observation
            if observation == .absent { absences.add(path, at: now) }
            if observation == .special { special.insert(path) } else { special.remove(path) }
        } catch {
            batch.endings[path] = .failed(error)
        }
    }

    /// Takes a path out of turn into the batch; nothing happens where it is on its way already.
    /// Whether it is new in the batch.
    @discardableResult
    private mutating func take(_ path: RelativePath, _ batch: inout Batch, _ now: Instant) -> Bool {
        guard !batch.taken.contains(path), queue.take(path, at: now) else { return false }
        look(at: path, &batch, now)
        return true
    }

    /// A directory has to be at the destination before what is in it: a file may be due before its directory.
    private mutating func takeParents(_ batch: inout Batch, _ now: Instant) throws {
        var children = batch.observations.filter { $0.value != .absent }.map(\.key)
        while !children.isEmpty {
            let parents = Set(children.compactMap(\.parent)).filter { !batch.taken.contains($0) && !$0.isRoot }
            try batch.ask(record, for: parents)
            children = parents.filter { batch.confirmed(at: $0)?.entry.kind != .directory }
            for parent in children { take(parent, &batch, now) }
        }
    }

    /// Finds entries that the index knows at another path, where they are no longer: one move each, whatever is below.
    private mutating func recognizeMoves(_ batch: inout Batch, _ now: Instant) throws {
        try batch.ask(record, for: batch.observations.keys)
        var remaining = batch.seen[...]
        while let (path, observation) = remaining.popFirst() {
            guard case .present(let observed) = observation, observed.identity.isReliable, !path.isRoot,
                !withoutMove.contains(path), !isUnwanted(path, observation)
            else { continue }
            if let origin = batch.moves.origin(of: path) {
                try batch.ask(record, for: [origin])
                if batch.confirmed(at: origin)?.identity == observed.identity { continue }
            }
            guard let known = try record.location(of: observed.identity), known.path != path,
                !path.isBelow(known.path), !known.path.isBelow(path), hasLeft(known.path, observed.identity),
                !isWritten(known.path, or: path, observed, batch),
                mayMove(known.confirmed.entry, to: path, as: observed.entry)
            else { continue }
            batch.moves.append(Move(from: known.path, to: path, expected: known.confirmed))
            // What is to be looked at below its old name is below the new one: the watch may tell of the move when that has
            // been looked for, and not been found, under the old one.
            if observed.entry.kind == .directory { queue.found(known.path, at: path, at: now) }
            // What took the place may itself have moved there.
            if take(known.path, &batch, now), let there = batch.observations[known.path] {
                remaining.append((known.path, there))
            }
        }
    }

    /// Whether a large file was written to, by the one name or the other, since it was looked at: then size and time do not do.
    private func isWritten(
        _ path: RelativePath, or other: RelativePath, _ observed: Observed, _ batch: Batch
    ) -> Bool {
        guard observed.entry.kind == .file, observed.entry.size > UInt64(WireLimits.inlineContent) else { return false }
        return [path, other].contains { written.contain($0) || batch.written.contains($0) }
    }

    /// Where a directory is another one than the record has, what is in it is recorded with the other: both have to be compared,
    /// wherever they are by then.
    private mutating func compareStrangeParents(of batch: inout Batch) throws {
        let parents = Set(batch.observations.keys.compactMap(\.parent)).filter {
            !batch.taken.contains($0) && !$0.isRoot
        }
        let moves = batch.moves
        try batch.ask(record, for: parents.compactMap { moves.origin(of: $0) })
        for parent in parents.sorted() {
            guard let known = moves.origin(of: parent).flatMap({ batch.confirmed(at: $0) })?.identity,
                case .present(let observed)? = try? source.look(at: parent), observed.identity != known
            else { continue }
            uncompared.insert(parent)
            beginScan(at: parent)
        }
    }

    /// Whether `identity` is provably no longer at `path`: a second name of the same inode (a hard link) is no move.
    private func hasLeft(_ path: RelativePath, _ identity: Identity) -> Bool {
        switch try? source.look(at: path) {
        case .absent, .special: true
        case .present(let observed): observed.identity != identity
        case nil: false
        }
    }

    /// Whether moving `entry` at the destination makes what was observed appear there whole. A file that was written to since
    /// is not moved: its new name would show the old content for a while, which it never had at the source. (A program writes
    /// a new version beside the old one and renames it over: the destination may have seen it half written, under its first
    /// name.) A small file is read, since size and time prove little; of a large one they must do, where the watch told of no
    /// writing.
    private func mayMove(_ entry: Entry, to path: RelativePath, as observed: Entry) -> Bool {
        guard entry.kind == observed.kind, entry.kind == .file else { return entry.kind == observed.kind }
        guard let digest = entry.digest, entry.size == observed.size else { return false }
        if entry.size > UInt64(WireLimits.inlineContent) { return entry.modified == observed.modified }
        return (try? source.read(path, limit: WireLimits.inlineContent))?.observed.entry.digest == digest
    }

    /// Whether what is at `path` is not mirrored: an ignored name, or one of Syncbox's own.
    func isUnwanted(_ path: RelativePath, _ observation: Observation) -> Bool {
        guard !path.isRoot else { return false }
        if case .present(let observed) = observation {
            return source.isIgnored(path, isDirectory: observed.entry.kind == .directory)
        }
        return source.isIgnored(path, isDirectory: false) || unknown.contains { path.isBelow($0) }
    }
}
