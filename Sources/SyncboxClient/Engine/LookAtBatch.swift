// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

extension Engine {
    /// Looks at `paths`, at the parents that the server does not know yet, and at the places that moved entries left.
    func look(at paths: [RelativePath]) throws -> Batch {
        var batch = Batch()
        for path in paths { look(at: path, &batch) }
        try takeParents(&batch)
        try recognizeMoves(&batch)
        return batch
    }

    private func look(at path: RelativePath, _ batch: inout Batch) {
        batch.taken.insert(path)
        do throws(FileError) {
            let observation = try parts.root.look(at: path)
            batch.observations[path] = observation
            if observation == .special { special.insert(path) } else { special.remove(path) }
        } catch {
            batch.endings[path] = .failed(error.problemKind, error.description)
        }
    }

    /// Takes a path out of turn into the batch; nothing happens where it is on its way already.
    private func take(_ path: RelativePath, _ batch: inout Batch) {
        if !batch.taken.contains(path), queue.take(path, at: .now) { look(at: path, &batch) }
    }

    /// A directory has to be at the destination before what is in it: a file may be due before its directory.
    private func takeParents(_ batch: inout Batch) throws {
        var children = batch.seen.filter { $0.observation != .absent }.map(\.path)
        while !children.isEmpty {
            let parents = Set(children.compactMap(\.parent)).filter { !batch.taken.contains($0) && !$0.isRoot }
            let confirmed = try index.confirmed(at: parents)
            children = parents.filter { confirmed[$0]?.entry.kind != .directory }
            for parent in children { take(parent, &batch) }
        }
    }

    /// Finds entries that the index knows at another path, where they are no longer: one move each, whatever is below.
    private func recognizeMoves(_ batch: inout Batch) throws {
        for (path, observation) in batch.seen {
            guard case .present(let observed) = observation, observed.identity.isReliable, !path.isRoot,
                !withoutMove.contains(path), !isUnwanted(path, observation)
            else { continue }
            let origin = batch.moves.origin(of: path)
            if let origin, try index.confirmed(at: [origin])[origin]?.identity == observed.identity { continue }
            guard let known = try index.location(of: observed.identity), known.path != path,
                known.confirmed.entry.kind == observed.entry.kind,
                observed.entry.kind != .file || known.confirmed.entry.digest != nil,
                !path.isBelow(known.path), !known.path.isBelow(path), hasLeft(known.path, observed.identity)
            else { continue }
            batch.moves.append(Move(from: known.path, to: path, expected: known.confirmed))
            take(known.path, &batch)
        }
    }

    /// Whether `identity` is provably no longer at `path`: a second name of the same inode (a hard link) is no move.
    private func hasLeft(_ path: RelativePath, _ identity: Identity) -> Bool {
        switch try? parts.root.look(at: path) {
        case .absent, .special: true
        case .present(let observed): observed.identity != identity
        case nil: false
        }
    }

    /// Whether what is at `path` is not mirrored: an ignored name, or one of Syncbox's own.
    func isUnwanted(_ path: RelativePath, _ observation: Observation) -> Bool {
        guard !path.isRoot else { return false }
        if case .present(let observed) = observation {
            return rules.isIgnored(path, isDirectory: observed.entry.kind == .directory)
        }
        return rules.isIgnored(path, isDirectory: false) || unknown.contains { path.isBelow($0) }
    }
}
