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

    /// Logs what a batch met.
    func log(_ notes: [PublishChange.Note]) {
        for note in notes {
            switch note {
            case .replaced(let path):
                logger.log(
                    .entryReplaced, .warning, "replaced \(path), which Syncbox did not put there",
                    metadata: ["path": "\(path)"])
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
        let text = (error as? FileError)?.description ?? "the server could not record the batch; its log tells why"
        return .problem(ProblemKind(error), text)
    }
}
