// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

extension Engine {
    /// Brings a large file's content to the server, beside the batches; a batch then puts it in place.
    ///
    /// The file is read once: what is sent is hashed on its way. When it changes meanwhile the upload is given up at
    /// once, and the path is busy. A cut link keeps what was sent: the next try goes on where it ended.
    func upload(_ path: RelativePath) async {
        do {
            let file = try parts.source.root.openForReading(path)
            if let ready = try await confirmed(file) {
                mirror.endUpload(path, ready, sent: 0, at: .now)
            } else {
                let (ready, sent) = try await send(file)
                mirror.endUpload(path, ready, sent: sent, at: .now)
            }
        } catch let error as FileError {
            mirror.failUpload(path, error, at: .now)
        } catch {
            mirror.failUpload(path, error as? LinkError ?? LinkError(kind: .away, reason: "\(error)"), at: .now)
        }
    }

    /// A file of the size that is confirmed may have been touched only: its content is read before it is sent.
    private func confirmed(_ file: ReadingFile) async throws -> UploadQueue.Ready? {
        guard let confirmed = mirror.uploads.confirmed(at: file.path), confirmed.kind == .file,
            confirmed.size == file.size,
            confirmed.digest != nil
        else { return nil }
        let digest = try await digest(of: file, upTo: file.size)
        try file.checkUnchanged()
        guard digest.value == confirmed.digest else { return nil }
        return UploadQueue.Ready(observed: file.observed.with(digest.value), upload: nil)
    }

    private func digest(of file: ReadingFile, upTo length: UInt64) async throws -> ContentDigest {
        try await parts.readers.run {
            var digest = ContentDigest()
            try file.digest(0..<length, into: &digest)
            return digest
        }
    }

    /// Uploads what the server does not have of the file. Answers how many bytes that were, too.
    private func send(_ file: ReadingFile) async throws -> (UploadQueue.Ready, sent: UInt64) {
        var progress = try await resume(file)
        if progress == nil { progress = try await link.beginUpload(length: file.size) }
        guard let progress else { preconditionFailure("an upload was just begun") }
        let (digest, sent): (ContentDigest, UInt64)
        do {
            (digest, sent) = try await sendParts(of: file, progress)
            try file.checkUnchanged()
        } catch let error as LinkError where error.kind != .uploadLost {
            mirror.keep(file.path, .init(observed: file.observed, upload: progress.upload))
            throw error
        } catch {
            await link.discard(progress.upload)
            throw error
        }
        return (UploadQueue.Ready(observed: file.observed.with(digest.value), upload: progress.upload), sent)
    }

    /// Sends what the server lacks, a request for each part: holes between them do not travel. Answers the digest of all.
    private func sendParts(
        of file: ReadingFile, _ progress: ServerLink.Progress
    ) async throws -> (ContentDigest, sent: UInt64) {
        var offset = progress.offset
        var digest = try await digest(of: file, upTo: offset)
        var sent: UInt64 = 0
        while offset < file.size {
            let part = try await parts.readers.run { [offset, digest] in
                try UploadPart.next(in: file, from: offset, digest, holes: progress.takesHoles)
            }
            let source = UploadSource(file, part)
            try await link.append(to: progress.upload, part.range, source: source)
            sent += UInt64(part.range.count)
            digest = source.digest
            offset = part.range.upperBound
        }
        return (digest, sent)
    }

    /// The upload of this version that was cut; an older version's is given up.
    private func resume(_ file: ReadingFile) async throws -> ServerLink.Progress? {
        guard let partial = mirror.takePartial(file.path) else { return nil }
        guard partial.observed.isSameVersion(as: file.observed) else {
            await link.discard(partial.upload)
            return nil
        }
        do throws(LinkError) {
            var progress = try await link.progress(of: partial.upload)
            progress.offset = min(progress.offset, file.size)
            return progress
        } catch {
            if error.kind == .uploadLost { return nil }
            mirror.keep(file.path, partial)
            throw error
        }
    }
}

extension Observed {
    fileprivate func with(_ digest: Digest) -> Observed {
        var observed = self
        observed.entry.digest = digest
        return observed
    }
}
