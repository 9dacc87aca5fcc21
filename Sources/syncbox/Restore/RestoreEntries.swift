// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// Brings kept entries back: from the server into a tree on this machine.
struct RestoreEntries {
    let link: KeptLink
    /// The tree.
    let root: Root
    /// The path that is brought back, and the one that it gets in the tree.
    let from: RelativePath
    let to: RelativePath
    /// Whether files and links that are there are replaced.
    let isForced: Bool

    /// What became of the entries.
    struct Result {
        /// How many were brought back.
        var restored = 0
        /// Those that were left alone because something is at their places.
        var left: [RelativePath] = []
    }

    /// Brings back what is planned, and calls `tell` with each place in the tree that has it again. Stops at the first
    /// trouble that is more than something being there already.
    func run(_ plan: RestorePlan, tell: (RestorePlan.Item, RelativePath) -> Void) async throws(CommandFailure) -> Result
    {
        var result = Result()
        var made: [(entry: Entry, path: RelativePath)] = []
        for item in plan.items {
            guard let place = item.path.moved(from: from, to: to) else {
                throw CommandFailure(.cannotCreate, "\(item.path) would get a path that is too long")
            }
            do {
                try root.makeDirectories(above: place)
                if item.entry.kind == .directory {
                    guard try root.restoreDirectory(place) else { continue }
                    made.append((item.entry, place))
                } else {
                    try await restore(item, at: place)
                }
                result.restored += 1
                tell(item, place)
            } catch let error as FileError where Self.isTaken(error) {
                result.left.append(place)
            } catch {
                throw Self.failure(error)
            }
        }
        // The deepest comes first, since what is made in a directory changes its time.
        for (entry, path) in made.reversed() {
            do throws(FileError) { try root.finishDirectory(entry, at: path) } catch { throw Self.failure(error) }
        }
        return result
    }

    private func restore(_ item: RestorePlan.Item, at place: RelativePath) async throws {
        if item.entry.kind == .symbolicLink {
            return try root.restoreLink(item.entry, at: place, replacing: isForced)
        }
        // So that nothing is fetched in vain.
        if !isForced, try root.look(at: place) != .absent {
            throw FileError(.exists, operation: "create", path: place)
        }
        let file = try RestoredFile(at: place, in: root)
        do {
            var offset: UInt64 = 0
            while offset < item.entry.size {
                let piece = try await link.content(of: item, from: offset)
                try file.write(piece, at: offset)
                offset += UInt64(piece.count)
            }
            try file.finish(as: item.entry, replacing: isForced)
        } catch {
            file.discard()
            throw error
        }
    }

    /// Whether something that is not to be replaced, or can't be, stands at the place or on the way.
    private static func isTaken(_ error: FileError) -> Bool {
        switch error.code {
        case .exists, .isDirectory, .notDirectory, .escapes: true
        default: false
        }
    }

    private static func failure(_ error: any Error) -> CommandFailure {
        if let error = error as? CommandFailure { return error }
        let code = (error as? FileError)?.code
        return CommandFailure(code == .permission ? .noPermission : .cannotCreate, "cannot restore: \(error)")
    }
}
