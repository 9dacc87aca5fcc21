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
        let digest = try await parts.readers.run { try UploadSource.digest(of: file, upTo: file.size).value }
        try file.checkUnchanged()
        guard digest == confirmed.digest else { return nil }
        return UploadQueue.Ready(observed: file.observed.with(digest), upload: nil)
    }

    /// Uploads what the server does not have of the file. Answers how many bytes that were, too.
    private func send(_ file: ReadingFile) async throws -> (UploadQueue.Ready, sent: UInt64) {
        var (upload, offset) = try await resume(file)
        if upload == nil { upload = try await link.beginUpload(length: file.size) }
        guard let upload else { preconditionFailure("an upload was just begun") }
        let prefix = try await parts.readers.run { [offset] in try UploadSource.digest(of: file, upTo: offset) }
        let source = UploadSource(file, from: offset, digest: prefix)
        do {
            try await link.append(to: upload, from: offset, length: file.size, source: source)
            try file.checkUnchanged()
        } catch let error as LinkError where error.kind != .uploadLost {
            mirror.keep(file.path, .init(observed: file.observed, upload: upload))
            throw error
        } catch {
            await link.discard(upload)
            throw error
        }
        return (UploadQueue.Ready(observed: file.observed.with(source.digest), upload: upload), file.size - offset)
    }

    /// The upload of this version that was cut, and how much of it the server has; an older version's is given up.
    private func resume(_ file: ReadingFile) async throws -> (UploadID?, UInt64) {
        guard let partial = mirror.takePartial(file.path) else { return (nil, 0) }
        guard partial.observed.isSameVersion(as: file.observed) else {
            await link.discard(partial.upload)
            return (nil, 0)
        }
        do throws(LinkError) {
            return (partial.upload, min(try await link.offset(of: partial.upload), file.size))
        } catch {
            if error.kind == .uploadLost { return (nil, 0) }
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
