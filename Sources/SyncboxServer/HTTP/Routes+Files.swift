// SPDX-License-Identifier: Apache-2.0
import Glibc
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles

/// Single files, for a person with curl: through the same commit as batches.
extension Routes {
    /// How much of a file is read at once, in bytes.
    private static let portion = 256 << 10

    /// `PUT files/{path}`: makes the path this file, and the directories above it that are missing.
    func putFile(_ path: RelativePath, _ request: Request) async throws -> Response {
        let permissions = try caller.permissions(anyOf: [.write])
        try refuseOwn(path)
        let old = try share.catalog.row(at: path)
        guard old?.entry.kind != .directory else {
            throw HTTPError(.conflict, message: "a directory is there; remove it first")
        }
        let metadata = try Metadata(of: request, defaultMode: 0o644)
        let staging = share.tree.staging
        let id = UploadID.random()
        let content = try staging.createUpload(id)
        let entry: Entry
        let staged: StagedEntry
        do {
            var length: UInt64 = 0
            for try await piece in request.body {
                try write(piece.readableBytesView, to: content, at: length)
                length += UInt64(piece.readableBytes)
            }
            share.measureReceived(length)
            if let announced = request.headers[.contentLength], announced != String(length) {
                throw HTTPError(.badRequest, message: "the body ended early")
            }
            entry = .file(
                size: length, digest: try content.digest(), mode: metadata.mode, modified: metadata.modified)
            staged = try content.finish(as: entry)
        } catch {
            try? staging.removeUpload(id)
            throw error
        }
        var batch = StagedBatch(share, permissions: permissions)
        batch.addDirectories(above: path, metadata.modified)
        batch.add(StagedChange(change: .put(path, entry, .inline([])), staged: staged))
        try await commit(&batch)
        return Response(old == nil ? .created : .noContent, [.eTag: Self.tag(of: entry)])
    }

    /// `GET files/{path}`: the content as it is recorded.
    func getFile(_ path: RelativePath, _ request: Request) throws -> Response {
        try caller.permissions(anyOf: [.read])
        guard let row = try share.catalog.row(at: path), row.entry.kind == .file else {
            throw HTTPError(.notFound, message: "there is no file here")
        }
        let file = try share.tree.openForReading(path)
        var headers: HTTPFields = [.contentType: "application/octet-stream", .contentLength: String(file.size)]
        headers[.lastModified] = httpDate(file.observed.entry.modified)
        // Somebody else may have written to it: then the recorded digest is not its.
        if row.isUnchanged(file.observed) {
            let tag = Self.tag(of: row.entry)
            if request.headers[.ifNoneMatch]?.contains(tag) ?? false { return Response(.notModified, [.eTag: tag]) }
            headers[.eTag] = tag
        }
        return Response(status: .ok, headers: headers, body: body(of: file, 0..<file.size))
    }

    /// A part of an open file as an answer's body.
    func body(of file: ReadingFile, _ range: Range<UInt64>) -> ResponseBody {
        ResponseBody(contentLength: range.count) { [lane] writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let wanted = Int(min(UInt64(Self.portion), range.upperBound - offset))
                let piece = try await lane.run { [offset] in try read(file, at: offset, count: wanted) }
                offset += UInt64(wanted)
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }

    /// What a digest is called in `ETag`.
    private static func tag(of entry: Entry) -> String {
        "\"\(entry.digest?.hex ?? "")\""
    }
}

/// Reads a portion of a file; throws `.busy` where it has become shorter, or changed.
private func read(_ file: ReadingFile, at offset: UInt64, count: Int) throws(FileError) -> ByteBuffer {
    var buffer = ByteBuffer()
    var result: Result<Int, FileError> = .success(0)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
        let portion = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        result = Result { () throws(FileError) in try file.read(at: offset, into: portion) }
        return (try? result.get()) ?? 0
    }
    guard try result.get() == count else { throw FileError(.busy, operation: "read", path: file.path) }
    try file.checkUnchanged()
    return buffer
}

/// An instant as HTTP has it (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`; nil outside of the calendar.
func httpDate(_ instant: Timestamp) -> String? {
    var seconds = time_t(instant.seconds)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil, (0...8099).contains(parts.tm_year) else { return nil }
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded).joined(separator: ":")
    return "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
        + "\(1900 + Int(parts.tm_year)) \(clock) GMT"
}

private func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
