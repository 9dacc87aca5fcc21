// SPDX-License-Identifier: Apache-2.0

/// A change that waits to be published, and what is known about it so far.
package struct StagedChange<Staged: Sendable>: Sendable {
    /// What shall be so. The content of a put is not in it any more: it is staged.
    package var change: Change
    /// What gets the change's name; nil for what needs nothing staged, and for what failed.
    package var staged: Staged?
    /// What became of the change; nil while that is open.
    package var outcome: Outcome?
    /// Whether what was staged has got its name.
    package var isPublished = false
    /// Whether the change only applies where nothing is recorded, as the directories above a single file's path do.
    package var isOptional = false

    /// A change of which nothing, or so much, is known.
    package init(change: Change, staged: Staged? = nil, outcome: Outcome? = nil, isOptional: Bool = false) {
        self.change = change
        self.staged = staged
        self.outcome = outcome
        self.isOptional = isOptional
    }

    /// The upload that a put takes its content from.
    package var upload: UploadID? {
        if case .put(_, _, .upload(let upload)) = change { upload } else { nil }
    }
}

extension Change {
    /// The change without the bytes that travelled with it.
    package var withoutContent: Change {
        if case .put(let path, let entry, .inline) = self { .put(path, entry, .inline([])) } else { self }
    }

    /// What a key must permit for it, one of these at least. Who may write may remove what is kept then; whether it is shows when
    /// the change is published (`PublishChange+Loss.swift`).
    package var permissions: Set<ServerSettings.Permission> {
        if case .remove = self { [.delete, .write] } else { [.write] }
    }

    /// Whether it speaks of a name that is Syncbox's own.
    package var isReserved: Bool {
        if case .move(_, let from, _) = self, from.isReserved { return true }
        if case .hardLink(_, let existing, _) = self, existing.isReserved { return true }
        return paths.contains { $0.isReserved }
    }
}

extension RelativePath {
    /// The name at the top of a destination that is Syncbox's own and never mirrored.
    package static let reservedName = Array(".syncbox".utf8)

    /// Whether the path is Syncbox's own directory at the top of the destination, or below it.
    package var isReserved: Bool {
        components.first.map { $0.elementsEqual(Self.reservedName) } ?? false
    }
}

extension Outcome {
    /// The outcome of a change that failed so. Nothing at the path, or something else on the way, is a precondition.
    package static func problem(_ error: FileError) -> Outcome {
        error.isAbsence ? .preconditionFailed : .problem(error.problemKind, error.description)
    }

    /// The outcome of a change that was applied, with all that it asks for or without something.
    static func applied(_ shortfall: Shortfall?) -> Outcome {
        shortfall.map { .incomplete($0.error.problemKind, $0.error.description) } ?? .acknowledged
    }
}
