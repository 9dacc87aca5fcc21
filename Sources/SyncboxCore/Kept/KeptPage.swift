// SPDX-License-Identifier: Apache-2.0

/// One page of what a share keeps, as JSON: the newest versions first, and in each the paths in their order.
package struct KeptPage: Hashable, Sendable, Codable {
    /// The most entries in one page.
    package static let mostEntries = 1_000

    /// At most `mostEntries`.
    package var entries: [KeptEntry]
    /// Ask for `?after=` with this to get the rest; left out when that is all.
    package var next: String?

    package init(entries: [KeptEntry], next: String? = nil) {
        self.entries = entries
        self.next = next
    }
}

/// One kept version of one path.
package struct KeptEntry: Hashable, Sendable, Codable {
    /// What was there, in one word.
    package enum Kind: String, Hashable, Sendable, Codable {
        case file, directory, link
    }

    /// Where it was, percent-encoded, so that every byte is told.
    package var path: String
    /// `KeptVersion.name`: together with the path it names this entry.
    package var version: String
    /// When it was removed or replaced: RFC 3339, to the second.
    package var time: String
    /// `KeptVersion.Reason`.
    package var reason: String
    /// What was there.
    package var kind: Kind
    /// The permission bits in octal; left out for links.
    package var mode: String?
    /// The modification time: seconds since the epoch with 9 decimals.
    package var modified: String
    /// The length in bytes; left out for what is no file.
    package var size: UInt64?
    /// Where a link points, percent-encoded; left out for what is no link.
    package var target: String?

    /// The entry that was at `path`.
    package init(_ entry: Entry, at path: RelativePath, version: KeptVersion) {
        self.path = PercentEncoding.encode(path.bytes)
        self.version = version.name
        time = version.timeText
        reason = version.reason.rawValue
        switch entry.kind {
        case .file: kind = .file
        case .directory: kind = .directory
        case .symbolicLink: kind = .link
        }
        mode = entry.kind == .symbolicLink ? nil : "0" + String(entry.mode, radix: 8)
        modified = entry.modified.decimalText
        size = entry.kind == .file ? entry.size : nil
        target = entry.kind == .symbolicLink ? PercentEncoding.encode(entry.target) : nil
    }

    /// The path; nil where the text is none.
    package var relativePath: RelativePath? {
        PercentEncoding.decode(path).flatMap { try? RelativePath($0) }
    }

    /// The entry, without a digest; nil where a part of it is missing or can't be read.
    package var entry: Entry? {
        guard let modified = Timestamp(decimal: modified) else { return nil }
        let mode = mode.flatMap { UInt16($0, radix: 8) }.flatMap { $0 <= 0o7777 ? $0 : nil }
        switch kind {
        case .file:
            guard let mode, let size else { return nil }
            return .file(size: size, digest: nil, mode: mode, modified: modified)
        case .directory: return mode.map { .directory(mode: $0, modified: modified) }
        case .link:
            guard let target = target.flatMap(PercentEncoding.decode), !target.isEmpty, !target.contains(0) else {
                return nil
            }
            return .symbolicLink(target: target, modified: modified)
        }
    }
}
