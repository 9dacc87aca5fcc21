// SPDX-License-Identifier: Apache-2.0
import GRDB
import Logging
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

extension Share {
    /// Logs what kept a batch from being committed.
    func log(_ error: any Error, failing what: String) {
        logger.log(.commitFailed, .error, "\(what): \(error)", metadata: ["problem": "\(ProblemKind(error).word)"])
    }

    func tell(differences: Int) {
        logger.log(
            .catalogChecked, differences > 0 ? .warning : .notice,
            "compared the catalog with the destination: \(differences) entries differ and will be sent again")
    }

    func outcome(of error: any Error, failing what: String) -> Outcome {
        log(error, failing: what)
        return .problem(failed: error)
    }

    /// Logs what a batch met. Replaced entries share one line: a destination that was filled by other means has many.
    func tell(_ notes: [CommitNote]) {
        let replaced = notes.compactMap { note in if case .replaced(let path) = note { path } else { nil } }
        if let first = replaced.first {
            logger.log(
                .entryReplaced, .notice,
                "replaced \(replaced.count) entries that the catalog did not know, as \(first)",
                metadata: ["path": "\(first)"])
        }
        let lost = notes.compactMap { note in
            if case .notKept(let path, let error) = note { (path, error) } else { nil }
        }
        if let (path, error) = lost.first {
            logger.log(
                .versionsNotKept, .warning,
                "could not keep what was removed or replaced at \(lost.count) paths, as \(path): \(error)",
                metadata: ["path": "\(path)", "problem": "\(error.problemKind.word)"])
        }
        tellUnseen(notes)
        for note in notes {
            switch note {
            case .replaced, .notKept, .unseen: continue
            case .kept(let path, let count):
                logger.log(
                    .entriesKept, .warning,
                    "kept \(path): \(count) entries in it are not Syncbox's; remove them to let it go",
                    metadata: ["path": "\(path)"])
            case .remade(let path):
                logger.log(
                    .directoryRemade, .warning, "made \(path) again, which somebody else has removed",
                    metadata: ["path": "\(path)"])
            }
        }
    }
}

extension Share {
    /// Logs what could not be looked at, a few paths by name: a disk that fails has many.
    private func tellUnseen(_ notes: [CommitNote]) {
        let unseen = notes.compactMap { note in
            if case .unseen(let path, let error) = note { (path, error) } else { nil }
        }
        guard !unseen.isEmpty else { return }
        let count = unseen.count < CatalogCheck<DestinationTree, CatalogTransaction>.mostUnseen ? "" : "at least "
        for (path, error) in unseen.prefix(Self.mostUnseenNamed) {
            logger.log(
                .entryUnseen, .error,
                "\(path) could not be looked at (of \(count)\(unseen.count) entries): \(error). It is sent again; the rest goes on",
                metadata: ["path": "\(path)", "problem": "\(error.problemKind.word)"])
        }
    }

    /// How many of the entries that could not be looked at have a line of their own.
    private static let mostUnseenNamed = 10
}

extension ProblemKind {
    /// The kind of trouble that an error of the destination or the catalog is.
    init(_ error: any Error) {
        switch error {
        case let error as FileError: self = error.problemKind
        case let error as DatabaseError: self = error.problemKind
        default: self = .other
        }
    }
}

extension Outcome {
    /// The outcome of every change of a batch that failed as a whole. The catalog's own words are for the log alone.
    static func problem(failed error: any Error) -> Outcome {
        let text =
            switch error {
            case let error as FileError: error.description
            case let error as DestinationGone: error.description
            default: "the server could not record the batch; its log tells why"
            }
        return .problem(ProblemKind(error), text)
    }
}
