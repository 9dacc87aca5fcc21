// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import SyncboxFiles

/// What a look at a recorded entry's place shows. The look has to tell what of the entry is recorded (`Entry.preserved`).
enum AuditFinding: Hashable, Sendable {
    /// It is as recorded.
    case same
    /// It looks as recorded, but somebody touched it: only its content can tell.
    case doubtful
    /// It differs.
    case drift(Drift.Kind)

    /// Compares `there` with what is recorded as `row`.
    init(_ row: CatalogRow, _ there: Observation) {
        switch there {
        case .absent: self = .drift(.missing)
        case .special: self = .drift(.kind)
        case .present(let observed): self.init(row, observed)
        }
    }

    private init(_ row: CatalogRow, _ there: Observed) {
        guard there.entry.kind == row.entry.kind else {
            self = .drift(.kind)
            return
        }
        // Nothing has been done to it since it was recorded, whatever a file system makes of a time.
        if row.imprint.isSameVersion(as: there), row.entry.kind != .file || row.entry.digest != nil {
            self = .same
            return
        }
        let isEqual = row.id == CatalogRoot.id ? row.hasRoot(there.entry) : row.entry.isEqual(toObserved: there.entry)
        switch (isEqual, row.entry.kind) {
        case (false, _): self = .drift(.changed)
        case (true, .file): self = row.entry.digest == nil ? .drift(.changed) : .doubtful
        case (true, .directory), (true, .symbolicLink): self = .same
        }
    }
}

extension CatalogRow {
    /// The root's mode is the operator's, and its time nobody's as long as no client has told one.
    fileprivate func hasRoot(_ there: Entry) -> Bool {
        imprint.inode == 0 || entry.modified == there.modified
    }
}

/// A path that may differ: the look was made beside the commits, and has to be made again in their turn.
struct AuditSuspect: Sendable {
    /// Where it is.
    let path: RelativePath
    /// What was recorded there; nil for nothing.
    let row: CatalogRow?
    /// What the content that stands there was found to be, and of which version.
    var content: (digest: Digest, observed: Observed)?
    /// Whether it can't be read.
    var isUnread = false
    /// The row of another name of the same file, where it may have left that.
    var other: Int64?
}
