// SPDX-License-Identifier: Apache-2.0

/// What the client knows of a path that the server has confirmed.
package struct Confirmed: Hashable, Sendable {
    /// What the server has, the digest included; nil digest for a file whose content is not known to be there.
    package var entry: Entry
    /// Which entry of the source that was; nil where only the server vouches for it (after the index was lost).
    package var identity: Identity?
    /// `Observed.changed` of what was confirmed.
    package var changed: Timestamp?
    /// Whether it is one file, at the destination, with every other path whose identity and version are the same and which is
    /// joined too. Such a file is never changed in place: it is replaced, so that the other names keep what they have.
    package var isJoined: Bool

    package init(entry: Entry, identity: Identity?, changed: Timestamp?, isJoined: Bool = false) {
        self.entry = entry
        self.identity = identity
        self.changed = changed
        self.isJoined = isJoined
    }

    /// Whether a look alone shows that this is the version that was confirmed.
    package func isSameVersion(as observed: Observed) -> Bool {
        identity == observed.identity && changed == observed.changed && entry.isEqual(toObserved: observed.entry)
            && (entry.kind != .file || entry.digest != nil)
    }
}

extension Confirmed {
    /// Whether a look alone shows that the content is the one that was confirmed, and only what is preserved by option isn't
    /// at the server: it was not asked for then, or could not be done.
    func lacksOnlyPreserved(_ observed: Observed) -> Bool {
        let all = Set(Preserve.allCases)
        var without = observed
        without.entry = observed.entry.without(all)
        return !entry.isEqual(toObserved: observed.entry) && isSameVersion(as: without)
    }
}

extension Entry {
    /// Whether everything that a look can see is the same: all but the digest, and what the look did not ask for.
    package func isEqual(toObserved other: Entry) -> Bool {
        kind == other.kind && mode == other.mode && modified == other.modified && size == other.size
            && target == other.target && (other.owner == nil || owner == other.owner)
            && (other.attributes == nil || attributes == other.attributes)
    }
}

/// What has to happen for one path, as far as a look can tell.
package enum Decision: Hashable, Sendable {
    /// Nothing: the destination has this version.
    case nothing
    /// Nothing on the wire, but the index has to learn the identity of what it has.
    case refresh
    /// Only the content can tell: read the file and ask `decide(read:)`.
    case readContent
    /// This change.
    case send(Change)
}

/// Compares what a look found at `path` with what is confirmed there.
///
/// - `isRecent`: whether the inode changed so short a time ago that a second change could hide behind the same
///   timestamps (a kernel before 6.13 stamps in steps of 4 ms); then a file's content is read even if a look shows no change.
package func decide(
    _ path: RelativePath, observed: Observation, confirmed: Confirmed?, isRecent: Bool = false
) -> Decision {
    guard case .present(let found) = observed else {
        // What is special by now is not mirrored, so what was here before it is gone.
        return confirmed == nil || path.isRoot ? .nothing : .send(.remove(path))
    }
    guard let confirmed, confirmed.entry.kind == found.entry.kind else {
        return create(path, found.entry)
    }
    if confirmed.isSameVersion(as: found), !(isRecent && found.entry.kind == .file) { return .nothing }
    switch found.entry.kind {
    case .file where confirmed.lacksOnlyPreserved(found) && !isRecent:
        var entry = found.entry
        entry.digest = confirmed.entry.digest
        return .send(.setMetadata(path, entry))
    case .file: return .readContent
    case .symbolicLink:
        return confirmed.entry.isEqual(toObserved: found.entry) ? .refresh : .send(.link(path, found.entry))
    case .directory:
        return confirmed.entry.isEqual(toObserved: found.entry) ? .refresh : .send(.setMetadata(path, found.entry))
    }
}

private func create(_ path: RelativePath, _ entry: Entry) -> Decision {
    switch entry.kind {
    case .file: .readContent
    case .directory where path.isRoot: .send(.setMetadata(path, entry))
    case .directory: .send(.makeDirectory(path, entry))
    case .symbolicLink: .send(.link(path, entry))
    }
}

/// What a file whose content has been read needs. `entry` has its digest.
package enum ContentDecision: Hashable, Sendable {
    /// Nothing on the wire.
    case refresh
    /// Its mode and modification time.
    case setMetadata
    /// Its content.
    case put
}

/// Compares a file that has been read with what is confirmed.
package func decide(read entry: Entry, confirmed: Confirmed?) -> ContentDecision {
    guard let confirmed, confirmed.entry.kind == .file, confirmed.entry.digest == entry.digest else { return .put }
    return confirmed.entry.isEqual(toObserved: entry) ? .refresh : .setMetadata
}
