// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles

/// Paths as string literals.
extension RelativePath: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        do { try self.init(text) } catch { preconditionFailure("\(text): \(error)") }
    }
}

extension Change {
    static func put(_ path: RelativePath, _ text: String, mode: UInt16 = 0o644, at seconds: Int64 = 1000) -> Change {
        .put(path, .file(text, mode: mode, at: seconds), .inline(Array(text.utf8)))
    }

    static func mkdir(_ path: RelativePath, mode: UInt16 = 0o755, at seconds: Int64 = 2000) -> Change {
        .makeDirectory(path, .folder(mode: mode, at: seconds))
    }

    static func link(_ path: RelativePath, to target: String) -> Change {
        .link(path, .symbolicLink(target: Array(target.utf8), modified: Timestamp(seconds: 3000, nanoseconds: 3)))
    }

    static func move(_ from: RelativePath, to path: RelativePath, _ expected: Entry = .folder()) -> Change {
        .move(path, from: from, expected: expected)
    }

    static func exchange(
        _ path: RelativePath, _ expected: Entry, with other: RelativePath, _ otherEntry: Entry
    ) -> Change {
        .exchange(path, with: other, expected: expected, other: otherEntry)
    }
}

extension Entry {
    static func file(_ text: String, mode: UInt16 = 0o644, at seconds: Int64 = 1000) -> Entry {
        let bytes = Array(text.utf8)
        return .file(
            size: UInt64(bytes.count), digest: ContentDigest.of(bytes), mode: mode,
            modified: Timestamp(seconds: seconds, nanoseconds: 1))
    }

    static func folder(mode: UInt16 = 0o755, at seconds: Int64 = 2000) -> Entry {
        .directory(mode: mode, modified: Timestamp(seconds: seconds, nanoseconds: 2))
    }
}

extension Change {
    /// The change with another entry.
    func mapEntry(_ map: (Entry) -> Entry) -> Change {
        switch self {
        case .put(let path, let entry, let content): .put(path, map(entry), content)
        case .makeDirectory(let path, let entry): .makeDirectory(path, map(entry))
        case .link(let path, let entry): .link(path, map(entry))
        case .setMetadata(let path, let entry): .setMetadata(path, map(entry))
        case .move, .exchange, .hardLink, .remove: self
        }
    }
}
