// SPDX-License-Identifier: Apache-2.0

extension Mirror {
    /// How long after a change a second one could hide behind the same timestamp.
    private static var timestampDoubt: Duration { .milliseconds(50) }

    /// Compares what the looks found with what is confirmed, and reads the contents that only reading can tell.
    mutating func compare(_ batch: inout Batch, at moment: Moment) throws {
        let seen = batch.seen
        let moves = batch.moves
        try batch.ask(record, for: seen.lazy.compactMap { moves.origin(of: $0.path) })
        let moved = Set(batch.moves.all.map(\.to))
        for (path, observation) in seen {
            let known = moves.origin(of: path).flatMap { batch.confirmed(at: $0) }
            if isUnwanted(path, observation) || known.map({ isUnwanted(path, asObservation($0)) }) ?? false {
                batch.endings[path] = .done
            } else if moved.contains(path), case .present(let observed) = observation, let known {
                try compareMoved(path, observed, known, &batch, moment)
            } else {
                try compare(path, observation, known, &batch, moment)
                if known == nil, case .present(let observed) = observation { try compareMade(path, observed, moment) }
            }
        }
    }

    /// What is in a directory that is about to be made may have been confirmed elsewhere, by a move that could not be
    /// told: then no event names it any more. So each entry is looked at, and makes the directories below in its turn.
    private mutating func compareMade(_ path: RelativePath, _ observed: Observed, _ moment: Moment) throws {
        // Where only what happens from now on counts, a directory may be made for a single one of its entries.
        guard observed.entry.kind == .directory, startup != .watch else { return }
        try compareEntries(of: path, isNew: true, at: moment.instant)
    }

    /// What is gone is ignored or not by what it was.
    private func asObservation(_ confirmed: Confirmed) -> Observation {
        .present(
            Observed(
                entry: confirmed.entry, identity: Identity(inode: 0, born: .init(seconds: 0)),
                changed: .init(seconds: 0)))
    }

    /// A move changes an entry's `changed`, so that a look can't vouch for a file's content. A small one has been read to be
    /// moved. A large one, whose size and time are the same, is moved at once and read afterwards.
    private mutating func compareMoved(
        _ path: RelativePath, _ observed: Observed, _ known: Confirmed, _ batch: inout Batch, _ moment: Moment
    ) throws {
        brake.forget(path)
        if known.entry.isEqual(toObserved: observed.entry) {
            var result = observed
            result.entry.digest = known.entry.digest
            batch.results[path] = Confirmed(result, isJoined: known.isJoined)
            if observed.entry.size > UInt64(WireLimits.inlineContent) {
                batch.results[path]?.changed = nil
                queue.touch(path, .atOnce, at: moment.instant)
            }
        } else {
            try compare(path, .present(observed), known, &batch, moment)
        }
    }

    private mutating func compare(
        _ path: RelativePath, _ observation: Observation, _ known: Confirmed?, _ batch: inout Batch, _ moment: Moment
    ) throws {
        try touchLeft(path, known, observation, at: moment.instant)
        let isRecent = isRecent(observation, moment)
        let decision = decide(path, observed: observation, confirmed: known, isRecent: isRecent)
        guard case .present(let observed) = observation else {
            if known == nil { brake.forget(path) }
            if case .send(let change) = decision { batch.changes[path] = change } else { batch.endings[path] = .done }
            return
        }
        if observed.entry.kind == .directory, let identity = known?.identity, identity != observed.identity {
            // Another directory under the same name: nothing is known of what is in it. Where only the server vouches for
            // what was confirmed, a rescan follows where one is wanted.
            beginScan(at: path)
        }
        if known?.entry.kind == .directory, observed.entry.kind != .directory {
            batch.replacing.insert(path)
        } else {
            brake.forget(path)
        }
        if observed.entry.kind == .file, observed.links > 1 { batch.linked.insert(path) }
        if isLinked(path, observed) {
            let twin = try twin(of: path, observed, batch)
            if waits(path, observed, twin, &batch) { return }
            if let twin, twin.vouches(for: observed, known), !isRecent {
                var observed = observed
                observed.entry.digest = twin.confirmed.entry.digest
                if join(path, observed, known, twin, &batch) {
                    return noteLacking(path, observed, &batch)
                }
            }
        }
        switch decision {
        case .nothing: batch.endings[path] = .done
        case .refresh: batch.results[path] = Confirmed(observed)
        // A file with several names is not changed in place.
        case .send(.setMetadata) where observed.entry.kind == .file && !mayKeepContent(path, observed, known):
            try readContent(path, observed, known, &batch)
        case .send(let change):
            batch.changes[path] = change
            batch.results[path] = Confirmed(observed)
            // Of a file that a look alone vouches for the digest is known, and that it is one with its other names.
            if case .setMetadata(_, let entry) = change {
                batch.results[path]?.entry = entry
                batch.results[path]?.isJoined = known?.isJoined ?? false
            }
        case .readContent: try readContent(path, observed, known, &batch)
        }
    }

    private mutating func readContent(
        _ path: RelativePath, _ observed: Observed, _ known: Confirmed?, _ batch: inout Batch
    ) throws {
        if observed.entry.size > UInt64(WireLimits.inlineContent) {
            return try compareUpload(path, observed, known, &batch)
        }
        guard !batch.isFull else { return batch.endings[path] = .again }
        let content: FileContent
        do throws(FileError) {
            content = try source.read(path, limit: WireLimits.inlineContent)
        } catch {
            // What grew, vanished or became something else meanwhile is simply looked at again.
            let isOther = error.isAbsence || error.code == .tooLarge || error.code == .escapes
            return batch.endings[path] = isOther ? .again : .failed(error)
        }
        try finishReading(path, content.observed, known, .inline(content.bytes), &batch)
    }

    private mutating func compareUpload(
        _ path: RelativePath, _ observed: Observed, _ known: Confirmed?, _ batch: inout Batch
    ) throws {
        let ready = uploads.takeReady(path)
        if let ready, !ready.serves(observed) {
            // It rested for as long as it was read, and not until it had its turn. One that never rests so long would be sent again
            // and again in vain, if this were no failure.
            if let stale = ready.upload { tell(.giveUp(stale)) }
            return batch.endings[path] = .failed(FileError(.busy, operation: "read", path: path))
        }
        guard let ready else {
            let twin = try twin(of: path, observed, batch)?.confirmed.entry
            let own = mayKeepContent(path, observed, known) ? known?.entry : nil
            queue.measure(path, observed.entry.size)
            uploads.want(path, confirmed: twin?.isEqual(toObserved: observed.entry) ?? false ? twin : own)
            if isLinked(path, observed) { linkedUploads.begin(path, observed.identity) }
            return batch.endings[path] = .uploading
        }
        if !ready.observed.isSameVersion(as: observed) { batch.grown.insert(path) }
        try finishReading(path, ready.observed, known, ready.upload.map { .upload($0) }, &batch)
    }

    /// Decides what a file needs whose digest is known; `content` is nil where its bytes are known to be at the server.
    private mutating func finishReading(
        _ path: RelativePath, _ observed: Observed, _ known: Confirmed?, _ content: Change.Content?,
        _ batch: inout Batch
    ) throws {
        if join(path, observed, known, try twin(of: path, observed, batch), &batch) {
            noteLacking(path, observed, &batch)
            askForLacking(path, observed, &batch)
            if case .upload(let needless) = content { tell(.giveUp(needless)) }
            return
        }
        batch.results[path] = Confirmed(observed)
        let decision =
            mayKeepContent(path, observed, known) ? SyncboxCore.decide(read: observed.entry, confirmed: known) : .put
        switch (decision, content) {
        case (.refresh, _): batch.results[path]?.isJoined = known?.isJoined ?? false
        case (.setMetadata, _):
            batch.changes[path] = .setMetadata(path, observed.entry)
            batch.results[path]?.isJoined = known?.isJoined ?? false
        case (.put, let content?):
            let change = Change.put(path, observed.entry, content)
            batch.changes[path] = change
            batch.contentSize += change.inlineSize
        case (.put, nil):
            // The index changed since the digest was compared with it: the content has to be uploaded after all.
            batch.results[path] = nil
            batch.endings[path] = .again
        }
    }

    /// Whether what is confirmed may stay what it is, with other metadata at most: not where it is one file with other names
    /// and anything about this name differs but what the server has of none of them, nor where the destination has something else.
    private func mayKeepContent(_ path: RelativePath, _ observed: Observed, _ known: Confirmed?) -> Bool {
        if neededWhole.contains(path) { return false }
        guard let known, known.isJoined else { return true }
        return known.identity == observed.identity
            && (known.entry.isEqual(toObserved: observed.entry) || known.lacksOnlyPreserved(observed))
    }

    /// A change that lies in the future was made before the clock was set back: nothing hides behind it.
    private func isRecent(_ observation: Observation, _ moment: Moment) -> Bool {
        guard case .present(let observed) = observation else { return false }
        let age = observed.changed.duration(to: moment.wall)
        return age > .zero - Self.timestampDoubt && age < Self.timestampDoubt
    }
}
