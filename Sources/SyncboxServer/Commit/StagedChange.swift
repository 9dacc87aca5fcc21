// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles

/// A change that waits to be published, and what is known about it so far.
struct StagedChange: Sendable {
    /// What shall be so. The content of a put is not in it any more: it is staged.
    var change: Change
    /// What gets the change's name; nil for what needs nothing staged, and for what failed.
    var staged: StagedEntry?
    /// What became of the change; nil while that is open.
    var outcome: Outcome?
    /// Whether what was staged has got its name.
    var isPublished = false
    /// Whether the change only applies where nothing is recorded, as the directories above a single file's path do.
    var isOptional = false

    /// The upload that a put takes its content from.
    var upload: UploadID? {
        if case .put(_, _, .upload(let upload)) = change { upload } else { nil }
    }
}

extension Change {
    /// The change without the bytes that travelled with it.
    var withoutContent: Change {
        if case .put(let path, let entry, .inline) = self { .put(path, entry, .inline([])) } else { self }
    }

    /// What a key must permit for it.
    var permission: ServerSettings.Permission {
        if case .remove = self { .delete } else { .write }
    }

    /// Whether it speaks of a name that is Syncbox's own.
    var isReserved: Bool {
        if case .move(_, let from, _) = self, from.isReserved { return true }
        return path.isReserved
    }
}

extension RelativePath {
    /// Whether the path is Syncbox's own directory at the top of the destination, or below it.
    var isReserved: Bool {
        components.first.map { $0.elementsEqual(Staging.reservedName) } ?? false
    }
}

extension Outcome {
    /// The outcome of a change that failed so. Nothing at the path, or something else on the way, is a precondition.
    static func problem(_ error: FileError) -> Outcome {
        error.isAbsence ? .preconditionFailed : .problem(error.problemKind, error.description)
    }
}
