// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

extension Engine {
    /// How much of a file is cut, and then sent with one request, while the next part is being cut, in bytes.
    private static let partLength: UInt64 = 64 << 20

    /// Brings a large file's content to the server, beside the batches; a batch then puts it in place.
    ///
    ///     read and cut ─► find what the destination has ─► send what it lacks, and where it gets the rest ─► ready
    ///
    /// When the file changes meanwhile the upload is given up at once, and the path is busy; one that never rests may grow. A cut
    /// link keeps what was sent, at the server: the next try of the same version goes on where it ended, also after a restart.
    func upload(_ path: RelativePath) async {
        do {
            let root = parts.source.root
            let file =
                mirror.mayGrow(path)
                ? try await parts.readers.run { try root.openGrowing(path) } : try root.openForReading(path)
            let (ready, sent) = try await send(file)
            mirror.endUpload(path, ready, sent: sent, at: .now)
        } catch let error as FileError {
            mirror.failUpload(path, error, at: .now)
        } catch {
            mirror.failUpload(path, error as? LinkError ?? LinkError(kind: .away, reason: "\(error)"), at: .now)
        }
    }

    /// Counts a part that has arrived, for those who look on.
    private func count(_ part: (sent: UInt64, copied: UInt64), of path: RelativePath) {
        mirror.countUploaded(path, sent: part.sent, copied: part.copied)
    }

    /// Uploads what the server does not have of the file. Answers how many bytes that were, too.
    private func send(_ file: ReadingFile) async throws -> (UploadQueue.Ready, sent: UInt64) {
        if let partial = mirror.takePartial(file.path), !partial.observed.isSameVersion(as: file.observed) {
            await link.discard(partial.upload)
        }
        let confirmed = mirror.uploads.confirmed(at: file.path)
        let mayCopy = mirror.uploads.mayCopy(file.path)
        var upload = UploadInParts(file, link, own: try index.content(at: file.path))
        do {
            // What may have been touched only is sent as soon as it differs.
            var held: [[Chunk]]? = confirmed?.size == file.size && confirmed?.digest != nil ? [] : nil
            let reader = upload.reader
            var chunks = try await parts.readers.run { try reader.read(about: Self.partLength) }
            if mayCopy { try upload.chooseBase(for: chunks) { try index.content(beginningWith: $0, size: file.size) } }
            while !chunks.isEmpty {
                async let next = parts.readers.run { try reader.read(about: Self.partLength) }
                if let before = held, upload.isUnchanged(chunks, after: before) {
                    held = before + [chunks]
                } else {
                    for part in (held ?? []) + [chunks] { count(try await upload.send(part), of: file.path) }
                    held = nil
                }
                chunks = try await next
            }
            try file.checkUnchanged()
            let digest = reader.digest
            try file.checkContent(digest)
            try index.store(reader.list, of: digest, size: file.size)
            if held != nil, digest == confirmed?.digest {
                return (file.ready(digest, upload: nil), 0)
            }
            for part in held ?? [] { count(try await upload.send(part), of: file.path) }
            return (file.ready(digest, upload: upload.id), upload.sent)
        } catch let error as LinkError where error.kind != .uploadLost {
            if let id = upload.id { mirror.keep(file.path, .init(observed: file.observed, upload: id)) }
            throw error
        } catch {
            if let id = upload.id { await link.discard(id) }
            throw error
        }
    }
}

extension ReadingFile {
    fileprivate func ready(_ digest: Digest, upload: UploadID?) -> UploadQueue.Ready {
        var observed = observed
        observed.entry.digest = digest
        return UploadQueue.Ready(observed: observed, upload: upload, isGrowing: isGrowing)
    }
}
