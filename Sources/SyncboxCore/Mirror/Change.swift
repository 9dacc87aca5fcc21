// SPDX-License-Identifier: Apache-2.0

/// Makes one path of the destination so. A batch is a sequence of these, applied in order.
///
/// Each says what shall be, so a change that has been applied already does no harm when it is applied again.
package enum Change: Hashable, Sendable {
    /// Makes `path` the file `entry`, whose digest is known, replacing whatever is there.
    case put(RelativePath, Entry, Content)
    /// Makes `path` a directory, keeping what is in it where it is one already, replacing anything else.
    case makeDirectory(RelativePath, Entry)
    /// Makes `path` a symbolic link, replacing whatever is there.
    case link(RelativePath, Entry)
    /// Moves what is recorded at `from`, with all below it, to `path`. `expected` is what the client believes is at
    /// `from`: where the catalog has something else, nothing is done (`.preconditionFailed`). Whatever is at `path` is replaced.
    case move(RelativePath, from: RelativePath, expected: Entry)
    /// Lets what is recorded at two paths, neither below the other, change places, each with all below it. `expected` is what
    /// the client believes is at the path, `other` what it believes is at the one that it changes places with: where the
    /// catalog has something else, nothing is done (`.preconditionFailed`).
    case exchange(RelativePath, with: RelativePath, expected: Entry, other: Entry)
    /// Makes `path` another name of the file that is recorded at `existing`, replacing whatever is there. `expected` is what
    /// the client believes is at `existing`: where the catalog has something else, nothing is done (`.preconditionFailed`).
    case hardLink(RelativePath, to: RelativePath, expected: Entry)
    /// Removes `path` and everything below it that the catalog knows. Where nothing is, nothing is done.
    case remove(RelativePath)
    /// Sets the mode, modification time and what else is preserved of `path`, whose kind and content stay (`.preconditionFailed` where the
    /// catalog has another kind or digest there). The root's modification time is set, its mode is the operator's.
    case setMetadata(RelativePath, Entry)

    /// Where a put's bytes are.
    package enum Content: Hashable, Sendable {
        /// In the batch itself.
        case inline([UInt8])
        /// Staged beforehand.
        case upload(UploadID)
    }

    /// The path that the change makes so.
    package var path: RelativePath {
        switch self {
        case .put(let path, _, _), .makeDirectory(let path, _), .link(let path, _), .move(let path, _, _),
            .hardLink(let path, _, _), .remove(let path), .setMetadata(let path, _), .exchange(let path, _, _, _):
            path
        }
    }

    /// Every path that the change makes so: two where they change places, otherwise one.
    package var paths: [RelativePath] {
        if case .exchange(let path, let other, _, _) = self { [path, other] } else { [path] }
    }

    /// How many bytes of content and attributes travel in the batch itself.
    package var inlineSize: Int {
        switch self {
        case .put(_, let entry, .inline(let bytes)): bytes.count + entry.attributesSize
        case .put(_, let entry, .upload), .makeDirectory(_, let entry), .link(_, let entry), .move(_, _, let entry),
            .hardLink(_, _, let entry), .setMetadata(_, let entry):
            entry.attributesSize
        case .exchange(_, _, let entry, let other): entry.attributesSize + other.attributesSize
        case .remove: 0
        }
    }
}

extension Entry {
    fileprivate var attributesSize: Int { attributes?.bytes.count ?? 0 }
}

/// The name that a server gave an upload: unguessable, one path component, letters and digits only.
package struct UploadID: Hashable, Sendable {
    /// The longest identifier, in bytes.
    package static let longest = 64

    /// The identifier as it stands in a URL.
    package let text: String

    /// nil unless `text` is 1 to 64 ASCII letters and digits.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber)
    }
}

/// What became of one change.
package enum Outcome: Hashable, Sendable {
    /// It is so, as durably as the share promises.
    case acknowledged
    /// It is so, but for something that the destination can't hold or the server may not set, and that is recorded as not
    /// mirrored; the kind and the text say why. Only changes that ask for what an option preserves end like this.
    case incomplete(ProblemKind, String)
    /// What the change builds on is not so at the destination (a move's source, a missing parent): look again and send.
    case preconditionFailed
    /// It could not be done, for a reason that belongs to this path; the text is for people and tells no server path.
    case problem(ProblemKind, String)
}

extension Outcome {
    /// Whether the change is applied and recorded, if not with all that it asks for.
    package var isApplied: Bool {
        switch self {
        case .acknowledged, .incomplete: true
        case .preconditionFailed, .problem: false
        }
    }
}

/// Why a path can't be mirrored at the moment. The raw values are part of the wire format and of `status --json`.
package enum ProblemKind: UInt8, Hashable, Sendable, CaseIterable, Codable {
    /// It may not be read (client) or written (server).
    case permission = 1
    /// It went on changing while it was read, or another program holds a lock on it.
    case busy = 2
    /// Reading or writing failed below the file system.
    case inputOutput = 3
    /// The destination is full, or the server's quota is used up.
    case noSpace = 4
    /// The destination's file system can't hold the name, the size or the kind.
    case unsupported = 5
    /// What arrived is not what was announced.
    case corrupt = 6
    /// The name is Syncbox's own (`.syncbox` at the top).
    case reserved = 7
    /// The key doesn't permit it.
    case forbidden = 8
    /// Watches ran out: the directory is looked at in intervals instead.
    case unwatched = 9
    /// Anything else.
    case other = 255

    /// One word for logs and `status --json`.
    package var word: String {
        switch self {
        case .permission: "permission"
        case .busy: "busy"
        case .inputOutput: "input-output"
        case .noSpace: "no-space"
        case .unsupported: "unsupported"
        case .corrupt: "corrupt"
        case .reserved: "reserved"
        case .forbidden: "forbidden"
        case .unwatched: "unwatched"
        case .other: "other"
        }
    }
}
