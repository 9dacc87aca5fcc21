// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

extension CatalogTree {
    /// The entries that follow `path` in the order of paths, at most `limit` of them, and no more behind the one with
    /// which their attributes reach `attributeLimit` bytes; all from the first for nil.
    ///
    /// Where nothing is at `path` any more the page begins where it would be. The root itself is never listed.
    func page(
        after path: RelativePath?, limit: Int = WireLimits.entriesInPage,
        attributeLimit: Int = WireLimits.attributesInPage
    ) throws -> ManifestPage {
        var items: [ManifestPage.Item] = []
        var attributes = 0
        var levels = try levels(after: path ?? .root)
        while var level = levels.popLast() {
            guard let row = level.rows.popLast() else {
                if !level.isExhausted, try level.refill(from: self) { levels.append(level) }
                continue
            }
            levels.append(level)
            // One entry more than fits tells that another page follows.
            if items.count == limit || !items.isEmpty && attributes >= attributeLimit {
                return ManifestPage(state: try summary().state, items: items, isLast: false)
            }
            let path = try level.path.appending(row.name)
            items.append(ManifestPage.Item(path: path, entry: row.entry))
            attributes += row.entry.attributes?.bytes.count ?? 0
            if row.entry.kind == .directory { levels.append(Level(directory: row.id, path: path, after: [])) }
        }
        return ManifestPage(state: try summary().state, items: items, isLast: true)
    }

    /// Where the walk stands behind `path`: in each directory above it behind the name that leads down to it, and, if a
    /// directory is there, before everything in it.
    private func levels(after path: RelativePath) throws -> [Level] {
        var levels: [Level] = []
        var directory = CatalogSchema.root
        var above = RelativePath.root
        for name in path.components {
            levels.append(Level(directory: directory, path: above, after: Array(name)))
            guard let row = try row(name, in: directory), row.entry.kind == .directory else { return levels }
            directory = row.id
            above = try above.appending(name)
        }
        return levels + [Level(directory: directory, path: above, after: [])]
    }
}

/// How far the walk has come in one directory.
private struct Level {
    let directory: Int64
    let path: RelativePath
    /// The last name that was fetched.
    var after: [UInt8]
    /// What was fetched and not listed yet, the next one last.
    var rows: [CatalogRow] = []
    /// Whether nothing is left to be fetched.
    var isExhausted = false

    init(directory: Int64, path: RelativePath, after: [UInt8]) {
        self.directory = directory
        self.path = path
        self.after = after
    }

    /// Fetches the next portion; false when there is none.
    mutating func refill(from tree: CatalogTree) throws -> Bool {
        rows = try tree.children(of: directory, after: after).reversed()
        isExhausted = rows.count < CatalogTree.portion
        if let last = rows.first { after = last.name }
        return !rows.isEmpty
    }
}
