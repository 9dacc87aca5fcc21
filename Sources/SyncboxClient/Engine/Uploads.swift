// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// The large files that wait to be uploaded, are being uploaded, and are ready to be put in place.
struct Uploads {
    /// How many files are uploaded at the same time. One keeps the link busy; the second hides the pauses between files.
    static let mostAtOnce = 2

    /// A file whose whole content the server has staged, or has had all along.
    struct Ready {
        /// The version that was read, with its digest.
        var observed: Observed
        /// Where it is staged; nil where the digest is the one that is confirmed already.
        var upload: UploadID?
    }

    /// An upload that was cut.
    struct Partial {
        var observed: Observed
        var upload: UploadID
    }

    private var waiting: [RelativePath] = []
    private var confirmed: [RelativePath: Entry] = [:]
    private var ready: [RelativePath: Ready] = [:]
    private var partial: [RelativePath: Partial] = [:]
    /// What is being uploaded at present.
    private(set) var inFlight: Set<RelativePath> = []

    /// Asks for an upload of the file at `path`. `confirmed` is what the server has there.
    mutating func want(_ path: RelativePath, confirmed entry: Entry?) {
        waiting.append(path)
        confirmed[path] = entry
    }

    /// Takes the paths whose uploads may start now.
    mutating func takeWaiting() -> [RelativePath] {
        let room = max(0, Self.mostAtOnce - inFlight.count)
        let taken = Array(waiting.prefix(room))
        waiting.removeFirst(taken.count)
        inFlight.formUnion(taken)
        return taken
    }

    /// What the server had at `path` when the upload was asked for.
    func confirmed(at path: RelativePath) -> Entry? { confirmed[path] }

    /// Takes the cut upload of this very version, or of an older one to be given up.
    mutating func takePartial(_ path: RelativePath) -> Partial? {
        partial.removeValue(forKey: path)
    }

    /// Keeps an upload that was cut, to go on with it.
    mutating func keep(_ path: RelativePath, _ upload: Partial) {
        partial[path] = upload
    }

    /// Ends an upload. `result` is nil where it failed.
    mutating func end(_ path: RelativePath, _ result: Ready?) {
        inFlight.remove(path)
        confirmed[path] = nil
        ready[path] = result
    }

    /// Takes what is ready at `path`, if it is the version that a look just found.
    mutating func takeReady(_ path: RelativePath, _ observed: Observed) -> Ready? {
        guard let found = ready.removeValue(forKey: path), found.observed.isSameVersion(as: observed) else {
            return nil
        }
        return found
    }
}
