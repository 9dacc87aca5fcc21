// SPDX-License-Identifier: Apache-2.0

/// Another name of the same file, and what is confirmed there.
struct Twin {
    let path: RelativePath
    let confirmed: Confirmed

    /// Whether what vouches for the content there vouches for it here, where the same file was `observed` and `known` is
    /// confirmed. What the server lacks of both is asked for once they are joined.
    func vouches(for observed: Observed, _ known: Confirmed?) -> Bool {
        confirmed.isSameVersion(as: observed) || known?.isJoined != true && confirmed.lacksOnlyPreserved(observed)
    }
}

/// Files that are one under several names: what the names share is sent once, and the others become names of it.
///
/// A name is *joined* once the server has made it a name of the same file as the others. A joined file is never changed in
/// place: when the content or the metadata changes at the source, one name is put anew and the others are linked to it, so
/// that each shows an old complete version or the new one, and a name that left the others at the source leaves them alone.
extension Mirror {
    /// Another name of the file at `path` whose content the server has. One that a look vouches for comes first, then one
    /// that is joined, then the first by its path. nil where hard links are not mirrored, or there is none.
    func twin(of path: RelativePath, _ observed: Observed, _ batch: Batch) throws -> Twin? {
        guard isLinked(path, observed) else { return nil }
        let own = batch.moves.origin(of: path)
        let others = try record.locations(of: observed.identity).filter { other in
            other.path != path && other.path != own && other.confirmed.entry.kind == .file
                && other.confirmed.entry.digest != nil
        }
        let rank = { (other: (path: RelativePath, confirmed: Confirmed)) in
            (other.confirmed.isSameVersion(as: observed) ? 0 : 1, other.confirmed.isJoined ? 0 : 1, other.path)
        }
        for other in others.sorted(by: { rank($0) < rank($1) }) where isStillThere(other.path, observed.identity) {
            return Twin(path: other.path, confirmed: other.confirmed)
        }
        return nil
    }

    /// Whether a file has other names that are to be mirrored as such.
    func isLinked(_ path: RelativePath, _ observed: Observed) -> Bool {
        preserved.contains(.hardLinks) && observed.links > 1 && observed.identity.isReliable
            && observed.entry.kind == .file && !withoutLink.contains(path)
    }

    private func isStillThere(_ path: RelativePath, _ identity: Identity) -> Bool {
        guard case .present(let there) = try? source.look(at: path) else { return false }
        return there.identity == identity && !isUnwanted(path, .present(there))
    }

    /// Ends `path` in this batch where another name of the same file comes first. Whether it did.
    mutating func waits(_ path: RelativePath, _ observed: Observed, _ twin: Twin?, _ batch: inout Batch) -> Bool {
        guard isLinked(path, observed) else { return false }
        if batch.twins.values.contains(where: { $0.path == path })
            || twin.map({ batch.changes[$0.path] != nil }) ?? false
        {
            batch.endings[path] = .again
            return true
        }
        if linkedUploads.follow(path, observed.identity) {
            batch.endings[path] = .uploading
            return true
        }
        guard twin == nil else { return false }
        if let leader = batch.leaders[observed.identity], batch.changes[leader] != nil {
            batch.endings[path] = .again
            return true
        }
        batch.leaders[observed.identity] = path
        return false
    }

    /// Makes `path` a name of the same file as its twin, where the twin has what `observed`, whose digest is known, shows, and
    /// that is not so already. What the server lacks of the twin (it was not asked for, or could not be done) it then lacks of
    /// both, and doesn't part them. Whether there is nothing else to do.
    func join(
        _ path: RelativePath, _ observed: Observed, _ known: Confirmed?, _ twin: Twin?, _ batch: inout Batch
    ) -> Bool {
        guard let twin, twin.confirmed.entry.digest == observed.entry.digest, !neededWhole.contains(path) else {
            return false
        }
        var observed = observed
        observed.entry = observed.entry.without(Set(Preserve.allCases).subtracting(twin.confirmed.entry.preserved))
        guard twin.confirmed.entry.isEqual(toObserved: observed.entry) else { return false }
        var result = Confirmed(observed)
        result.isJoined = true
        batch.results[path] = result
        let isJoined =
            known?.isJoined ?? false && known?.identity == observed.identity
            && known?.entry.digest == observed.entry.digest && known?.entry.isEqual(toObserved: observed.entry) ?? false
            // What was changed and changed back may have been put anew meanwhile: only the same version is the same file.
            && twin.confirmed.isJoined && known?.changed == twin.confirmed.changed
        if !isJoined {
            batch.changes[path] = .hardLink(path, to: twin.path, expected: twin.confirmed.entry)
            batch.twins[path] = twin
        }
        return true
    }

    /// Notes a name that is being joined, where the server lacks something of all of them: that is asked for afterwards, in place.
    func noteLacking(_ path: RelativePath, _ observed: Observed, _ batch: inout Batch) {
        // One that is joined already has had its turn: its problem, if any, has an attempt of its own.
        guard batch.changes[path] != nil else { return }
        if batch.results[path]?.entry.isEqual(toObserved: observed.entry) == false { batch.lacking.insert(path) }
    }

    /// Asks in place for what the server lacks of a name that is joined already.
    func askForLacking(_ path: RelativePath, _ observed: Observed, _ batch: inout Batch) {
        guard batch.changes[path] == nil, let result = batch.results[path]?.entry,
            !result.isEqual(toObserved: observed.entry)
        else { return }
        batch.changes[path] = .setMetadata(path, observed.entry)
        batch.results[path]?.entry = observed.entry
    }

    /// What the record learns beside, of changes that were applied: what another path has become a name of is joined too.
    func joinedTwins(of applied: [Change], in batch: Batch) -> [RelativePath: Confirmed] {
        var joined: [RelativePath: Confirmed] = [:]
        for case .hardLink(let path, _, _) in applied {
            guard let twin = batch.twins[path] else { continue }
            var confirmed = batch.results[twin.path] ?? twin.confirmed
            confirmed.isJoined = true
            joined[twin.path] = confirmed
        }
        return joined
    }

    /// Touches the other names of a file where `path` is none any more: what was written by that name at last shows there, and
    /// the watch told it of that name alone.
    mutating func touchLeft(_ path: RelativePath, _ known: Confirmed?, _ observation: Observation, at now: Instant)
        throws
    {
        guard let known, known.entry.kind == .file, let identity = known.identity else { return }
        if case .present(let observed) = observation, observed.identity == identity { return }
        try touchNames(of: identity, besides: path, at: now)
    }

    /// Touches the other names of files of which one has been confirmed anew: the watch tells what is written by one name of
    /// that name alone (inotify(7)), whether or not the names are mirrored as one file.
    mutating func touchTwins(of results: [(path: RelativePath, confirmed: Confirmed)], at now: Instant) throws {
        let areJoined = preserved.contains(.hardLinks)
        for (path, confirmed) in results where confirmed.entry.kind == .file {
            guard let identity = confirmed.identity else { continue }
            try touchNames(of: identity, besides: path, at: now) { other in
                other.changed != confirmed.changed || areJoined && !other.isJoined
            }
        }
    }

    /// Touches the other names of a file of which `isWanted` holds. Only those that are still there: two that are gone, and whose
    /// removal is held, would touch each other for ever.
    private mutating func touchNames(
        of identity: Identity, besides path: RelativePath, at now: Instant,
        where isWanted: (Confirmed) -> Bool = { _ in true }
    ) throws {
        for other in try record.locations(of: identity)
        where other.path != path && isWanted(other.confirmed) && isStillThere(other.path, identity) {
            queue.touch(other.path, .atOnce, at: now)
        }
    }
}
