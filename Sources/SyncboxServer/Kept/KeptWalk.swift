// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles

/// Lists what the trash keeps, a page at a time: the newest versions first, and in each the paths in their order.
struct KeptWalk {
    /// Where a page ends, and the next one goes on.
    struct Position: Hashable, Sendable {
        let version: KeptVersion
        let path: RelativePath

        init(version: KeptVersion, path: RelativePath) {
            self.version = version
            self.path = path
        }

        /// Reads what `text` wrote, decoded; nil for anything else.
        init?(_ bytes: [UInt8]) {
            let parts = bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1)
            guard parts.count == 2, let version = KeptVersion(String(decoding: parts[0], as: UTF8.self)),
                let path = try? RelativePath(parts[1])
            else { return nil }
            self.init(version: version, path: path)
        }

        /// The position as it stands in a query.
        var text: String { version.name + "/" + PercentEncoding.encode(path.bytes) }
    }

    private let limit: Int
    private var entries: [KeptEntry] = []
    private var last: Position?

    private init(limit: Int) {
        self.limit = limit
    }

    /// What is kept at `path` and below it, behind `position`. What vanishes meanwhile is left out.
    static func page(
        of trash: Trash, at path: RelativePath, after position: Position?, limit: Int = KeptPage.mostEntries
    ) throws -> KeptPage {
        var walk = KeptWalk(limit: limit)
        for version in try trash.versions().reversed() where position.map({ version <= $0.version }) ?? true {
            guard let kept = try trash.open(version) else { continue }
            let behind = position.flatMap { $0.version == version ? $0.path : nil }
            let isFull = try walk.visit(kept, at: path, behind: behind)
            try kept.tree.restoreModes()
            if isFull { return KeptPage(entries: walk.entries, next: walk.last?.text) }
        }
        return KeptPage(entries: walk.entries)
    }

    /// Lists what one version has at `path` and below it. Whether the page was full before all was listed.
    private mutating func visit(
        _ kept: TrashVersion, at path: RelativePath, behind: RelativePath?
    ) throws -> Bool {
        guard case .present(let observed) = try kept.tree.look(at: path) else { return false }
        if !path.isRoot, behind == nil, try !add(observed, at: path, kept) { return true }
        guard observed.entry.kind == .directory else { return false }
        return try walk(kept, below: path, behind: behind)
    }

    private mutating func walk(
        _ kept: TrashVersion, below directory: RelativePath, behind: RelativePath?
    ) throws -> Bool {
        for item in try list(directory, in: kept) {
            guard case .success(.present(let observed)) = item.look else { continue }
            let path = try directory.appending(item.name)
            let isListed = behind.map { path <= $0 } ?? false
            // What was listed before the position is passed over, with all below it; the position itself may hold more.
            if let behind, isListed, path != behind, !behind.isBelow(path) { continue }
            if !isListed, try !add(observed, at: path, kept) { return true }
            guard observed.entry.kind == .directory else { continue }
            if try walk(kept, below: path, behind: isListed ? behind : nil) { return true }
        }
        return false
    }

    /// The names in a directory; none where it has vanished.
    private func list(_ directory: RelativePath, in kept: TrashVersion) throws(FileError) -> [DirectoryEntry] {
        do throws(FileError) {
            return try kept.tree.list(directory)
        } catch  where error.isAbsence {
            return []
        }
    }

    /// Adds an entry, unless it only leads to others. False when the page is full.
    private mutating func add(_ observed: Observed, at path: RelativePath, _ kept: TrashVersion) throws -> Bool {
        if TrashVersion.isWay(observed.entry) { return true }
        if entries.count == limit { return false }
        entries.append(KeptEntry(observed.entry, at: path, version: kept.version))
        last = Position(version: kept.version, path: path)
        return true
    }
}
