// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import SyncboxCore

/// What a directory holds, as JSON for a person.
struct DirectoryPage: Encodable, Sendable {
    /// At most `WireLimits.entriesInPage`, in the order of their names' bytes.
    let entries: [Item]
    /// Ask for `?after=` with this to get the rest; left out when that is all.
    let next: String?

    /// One name.
    struct Item: Encodable, Sendable {
        /// The name, percent-encoded: so it can be asked for, and is told exactly whatever its bytes are.
        let name: String
        /// `file`, `directory` or `link`.
        let kind: String
        /// The permission bits in octal; left out for links.
        let mode: String?
        /// The modification time, to the second.
        let modified: Date
        /// The length in bytes; left out for what is no file.
        let size: UInt64?
        /// SHA-256 in hexadecimal digits; left out for what is no file.
        let digest: String?
        /// Where a link points, percent-encoded; left out for what is no link.
        let target: String?
    }

    init(_ rows: some Collection<CatalogRow>, hasMore: Bool) {
        entries = rows.map(Item.init)
        next = hasMore ? entries.last?.name : nil
    }
}

extension DirectoryPage.Item {
    init(_ row: CatalogRow) {
        let entry = row.entry
        name = PercentEncoding.encode(row.name)
        kind =
            switch entry.kind {
            case .file: "file"
            case .directory: "directory"
            case .symbolicLink: "link"
            }
        mode = entry.kind == .symbolicLink ? nil : "0" + String(entry.mode, radix: 8)
        modified = Date(timeIntervalSince1970: Double(entry.modified.seconds))
        size = entry.kind == .file ? entry.size : nil
        digest = entry.digest?.hex
        target = entry.kind == .symbolicLink ? PercentEncoding.encode(entry.target) : nil
    }
}
