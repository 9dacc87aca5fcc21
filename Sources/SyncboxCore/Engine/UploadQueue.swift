// SPDX-License-Identifier: Apache-2.0

/// The large files that wait to be uploaded, are being uploaded, and are ready to be put in place.
package struct UploadQueue: Sendable {
    /// How many files are uploaded at the same time. One keeps the link busy; the second hides the pauses between files.
    package static let mostAtOnce = 2

    /// How many may wait, staged at the server, to be put in place. The server has a limit too, and forgets what rests too long.
    static let mostReady = 16

    /// A file whose whole content the server has staged, or has had all along.
    package struct Ready: Sendable {
        /// The version that was read, with its digest.
        package let observed: Observed
        /// Where it is staged; nil where the digest is the one that is confirmed already.
        package let upload: UploadID?
        /// Whether the version counts though the file may have grown since: its content was the same before and after an instant
        /// at which it was all that the file held.
        package let isGrowing: Bool

        package init(observed: Observed, upload: UploadID?, isGrowing: Bool = false) {
            self.observed = observed
            self.upload = upload
            self.isGrowing = isGrowing
        }

        /// Whether it may be put in place where `later` is a look at the file.
        func serves(_ later: Observed) -> Bool {
            observed.isSameVersion(as: later) || isGrowing && observed.hasGrown(into: later)
        }
    }

    /// An upload that was cut.
    package struct Partial: Sendable {
        /// The version whose content is being sent.
        package let observed: Observed
        /// What the server calls it.
        package let upload: UploadID

        package init(observed: Observed, upload: UploadID) {
            self.observed = observed
            self.upload = upload
        }
    }

    /// How many are uploaded at the same time: `mostAtOnce`, or one where they have to share a bandwidth.
    private let atOnce: Int
    private var waiting: [RelativePath] = []
    private var confirmed: [RelativePath: Entry] = [:]
    private var ready: [RelativePath: Ready] = [:]
    private var partial: [RelativePath: Partial] = [:]
    /// Files that did not become what they should when they were built from what the destination has: it may not be what the
    /// server takes it for. They are sent as a whole.
    private var distrusted: Set<RelativePath> = []
    /// What is being uploaded at present.
    package private(set) var inFlight: Set<RelativePath> = []

    /// Nothing waits. `oneAtATime`: one file has to be sent before the next.
    package init(oneAtATime: Bool = false) {
        atOnce = oneAtATime ? 1 : Self.mostAtOnce
    }

    /// Asks for an upload of the file at `path`. `confirmed` is what the server has there.
    mutating func want(_ path: RelativePath, confirmed entry: Entry?) {
        waiting.append(path)
        confirmed[path] = entry
    }

    /// Takes the paths whose uploads may start now. `isDue` says whether what is ready is still about to be put in place.
    mutating func takeWaiting(isDue: (RelativePath) -> Bool) -> [RelativePath] {
        let room = max(0, min(atOnce - inFlight.count, Self.mostReady - ready.keys.count(where: isDue)))
        let taken = Array(waiting.prefix(room))
        waiting.removeFirst(taken.count)
        inFlight.formUnion(taken)
        return taken
    }

    /// What the server had at `path` when the upload was asked for.
    package func confirmed(at path: RelativePath) -> Entry? { confirmed[path] }

    /// Whether the file may be built from what the destination has.
    package func mayCopy(_ path: RelativePath) -> Bool { !distrusted.contains(path) }

    /// The file did not become what it should.
    mutating func distrust(_ path: RelativePath) {
        distrusted.insert(path)
    }

    /// The file has become what it should.
    mutating func trust(_ path: RelativePath) {
        distrusted.remove(path)
    }

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

    /// Takes what is ready at `path`: to be used if it is the version that a look just found, or to be given up.
    mutating func takeReady(_ path: RelativePath) -> Ready? {
        ready.removeValue(forKey: path)
    }
}

extension Mirror {
    /// Whether the file at `path` may be read while it grows: it has not rested in any of its attempts but the last. From then on it
    /// is sent as it was at some instant, once in as many attempts.
    package func mayGrow(_ path: RelativePath) -> Bool {
        queue.failures(of: path) + 1 >= queue.limits.retry.attempts
    }

    /// Takes the upload of the file at `path` that was cut: of this version, or of an older one to be given up.
    package mutating func takePartial(_ path: RelativePath) -> UploadQueue.Partial? {
        uploads.takePartial(path)
    }

    /// Keeps an upload that was cut, to go on with it.
    package mutating func keep(_ path: RelativePath, _ upload: UploadQueue.Partial) {
        uploads.keep(path, upload)
    }

    /// An upload has ended, and the file can be put in place. `sent` is how many bytes that took.
    package mutating func endUpload(_ path: RelativePath, _ ready: UploadQueue.Ready, sent: UInt64, at now: Instant) {
        uploads.end(path, ready)
        if sent > 0, link.reason != nil { linkUp(at: now) }
        queue.finish(path, .again, at: now)
        endWaiting(for: path, at: now)
    }

    /// A part of the file at `path` has arrived at the server: so many bytes of it were `sent`, and so many `copied` there.
    package mutating func countUploaded(_ path: RelativePath, sent: UInt64, copied: UInt64) {
        queue.advance(path, by: sent + copied)
        counters.bytesSent += sent
        counters.bytesSaved += copied
    }

    /// The other names of a large file get their turn.
    private mutating func endWaiting(for path: RelativePath, at now: Instant) {
        for follower in linkedUploads.end(path) { queue.finish(follower, .again, at: now) }
    }

    /// An upload failed because of the file: it is gone, or in trouble.
    package mutating func failUpload(_ path: RelativePath, _ error: FileError, at now: Instant) {
        uploads.end(path, nil)
        if error.isAbsence {
            queue.finish(path, .again, at: now)
        } else {
            fail(path, error.problemKind, error.description, now)
        }
        endWaiting(for: path, at: now)
    }

    /// An upload failed because of the link.
    package mutating func failUpload(_ path: RelativePath, _ error: LinkError, at now: Instant) {
        uploads.end(path, nil)
        linkDown(error, at: now)
        queue.finish(path, .again, at: now)
        endWaiting(for: path, at: now)
    }
}
