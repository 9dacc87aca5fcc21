// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// The server's catalog in memory, as one transaction sees and changes it.
final class SimulatedCatalog: CatalogRecord {
    /// What is committed as one.
    struct Content {
        var rows: [Int64: CatalogRow]
        var last = CatalogRoot.id
        var state: ShareState

        /// A catalog that nothing was ever recorded in.
        init(epoch: UInt64) {
            state = ShareState(epoch: epoch, sequence: 0)
            let entry = Entry.directory(mode: 0, modified: Timestamp(seconds: 0))
            rows = [
                CatalogRoot.id: CatalogRow(
                    id: CatalogRoot.id, parent: 0, name: [], entry: entry,
                    imprint: Imprint(inode: 0, born: 0, changed: 0))
            ]
        }

        func path(of id: Int64) -> RelativePath? {
            var names: [[UInt8]] = []
            var next = id
            while next != CatalogRoot.id {
                guard let row = rows[next] else { return nil }
                names.append(row.name)
                next = row.parent
            }
            return try? RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
        }

        /// Every path with what is recorded there, in the order of paths, without the root.
        var all: [ManifestPage.Item] {
            rows.values.compactMap { row in
                path(of: row.id).map { ManifestPage.Item(path: $0, entry: row.entry) }
            }
            .filter { !$0.path.isRoot }.sorted { $0.path < $1.path }
        }
    }

    private(set) var content: Content

    init(_ content: Content) {
        self.content = content
    }

    func directory(_ path: RelativePath) -> Int64? {
        guard let row = row(at: path), row.entry.kind == .directory else { return nil }
        return row.id
    }

    func row(at path: RelativePath) -> CatalogRow? {
        var found = content.rows[CatalogRoot.id]
        for name in path.components {
            guard let parent = found else { return nil }
            found = content.rows.values.first { $0.parent == parent.id && $0.name.elementsEqual(name) }
        }
        return found
    }

    func children(of directory: Int64, after name: [UInt8]) -> [CatalogRow] {
        let rows = content.rows.values.filter { $0.parent == directory && name.lexicographicallyPrecedes($0.name) }
        return Array(rows.sorted { $0.name.lexicographicallyPrecedes($1.name) }.prefix(3))
    }

    func record(_ entry: Entry, at path: RelativePath, imprint: Imprint) {
        if let row = row(at: path) {
            content.rows[row.id]?.entry = entry
            content.rows[row.id]?.imprint = imprint
            return
        }
        guard let parent = path.parent.flatMap(directory) else { preconditionFailure("no directory above \(path)") }
        content.last += 1
        content.rows[content.last] = CatalogRow(
            id: content.last, parent: parent, name: Array(path.name), entry: entry, imprint: imprint)
    }

    func move(_ row: CatalogRow, to path: RelativePath) {
        guard let parent = path.parent.flatMap(directory) else { preconditionFailure("no directory above \(path)") }
        precondition(self.row(at: path) == nil, "\(path) is taken")
        content.rows[row.id]?.parent = parent
        content.rows[row.id]?.name = Array(path.name)
    }

    func exchange(_ row: CatalogRow, _ other: CatalogRow) {
        content.rows[row.id]?.parent = other.parent
        content.rows[row.id]?.name = other.name
        content.rows[other.id]?.parent = row.parent
        content.rows[other.id]?.name = row.name
    }

    func forget(_ row: CatalogRow) {
        precondition(!content.rows.values.contains { $0.parent == row.id }, "something is below what is forgotten")
        content.rows[row.id] = nil
    }

    func forgetBelow(_ row: CatalogRow) {
        for child in content.rows.values.filter({ $0.parent == row.id }) {
            forgetBelow(child)
            content.rows[child.id] = nil
        }
    }

    func forget(_ upload: UploadID) {}

    func raiseSequence() { content.state = content.state.next }
    func leaveSequence() { content.state.sequence += 1_000_000 }
}
