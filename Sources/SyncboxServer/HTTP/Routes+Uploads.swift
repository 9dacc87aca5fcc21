// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles

/// Contents that are too long for a batch: begun, filled in parts, gone on with after a cut, and ended by a put in a batch.
extension Routes {
    /// `POST uploads`: begins one of `Upload-Length` bytes, or finds the one that the same writer began with the same key,
    /// length and `Upload-Tag`.
    func beginUpload(_ request: Request) throws -> Response {
        try caller.permissions(anyOf: [.write])
        let record = UploadRecord(
            length: try number(.uploadLength, of: request), handle: try handle(of: request))
        let found: (id: UploadID, content: StagedUpload)?
        do { found = try share.uploads.resume(record) } catch { throw HTTPError(error) }
        if let found { return try begun(.ok, found.id, offset: found.content.length()) }
        let new: UploadID?
        do { new = try share.uploads.begin(record) } catch let error as Uploads.Refusal { throw HTTPError(error) }
        guard let id = new else {
            throw HTTPError(
                .tooManyRequests, message: "\(Uploads.most) uploads are under way in this share; end some first")
        }
        return begun(.created, id, offset: 0)
    }

    private func begun(_ status: HTTPResponse.Status, _ id: UploadID, offset: UInt64) -> Response {
        Response(
            status,
            [
                .location: Endpoints.upload(share.name, id), .uploadOffset: String(offset), .uploadHoles: "yes",
                .uploadDelta: "yes",
            ])
    }

    /// `HEAD uploads/{id}`: how much has arrived.
    func lookAtUpload(_ id: UploadID) throws -> Response {
        try caller.permissions(anyOf: [.write])
        guard let upload = share.uploads.find(id) else { throw HTTPError.notFound }
        return Response(
            .ok,
            [
                .uploadOffset: String(try upload.content.length()), .uploadLength: String(upload.length),
                .uploadHoles: "yes", .uploadDelta: "yes", .cacheControl: "no-store",
            ])
    }

    /// `PATCH uploads/{id}`: appends the body at `Upload-Offset`, which must be where the upload ends so far, or behind that:
    /// between is a hole then. An empty body at the upload's length is a hole at its end. A body that is a recipe begins where
    /// the upload ends, and what it builds is appended. What has arrived when the connection is cut stays. The last part is
    /// synced before it is answered.
    func appendToUpload(_ id: UploadID, _ request: Request) async throws -> Response {
        try caller.permissions(anyOf: [.write])
        let upload = try take(id)
        defer { share.uploads.release(id) }
        let end = try upload.content.length()
        let offset = try number(.uploadOffset, of: request)
        let isRecipe = request.headers[.contentType] == Endpoints.recipeMediaType
        guard isRecipe ? offset == end : offset >= end, offset <= upload.length else {
            throw HTTPError(
                .conflict, headers: [.uploadOffset: String(end)], message: "the upload goes on at another offset")
        }
        let newEnd: UInt64
        if isRecipe {
            var building = try BuildUpload(upload, in: share)
            newEnd = try await building.run(request.body)
        } else {
            try await upload.extend(to: offset)
            newEnd = try await append(request.body, to: upload, at: offset)
        }
        if newEnd == upload.length, share.durability == .durable { try upload.content.sync() }
        return Response(.noContent, [.uploadOffset: String(newEnd)])
    }

    /// Appends a body as it is. Returns where the upload ends then.
    private func append(_ body: RequestBody, to upload: Uploads.Taken, at start: UInt64) async throws -> UInt64 {
        var offset = start
        defer { share.measureReceived(offset - start) }
        for try await piece in body {
            try upload.checkRoom(for: UInt64(piece.readableBytes), at: offset)
            try write(piece.readableBytesView, to: upload.content, at: offset)
            offset += UInt64(piece.readableBytes)
        }
        return offset
    }

    /// `DELETE uploads/{id}`: gives it up.
    func removeUpload(_ id: UploadID) throws -> Response {
        try caller.permissions(anyOf: [.write])
        _ = try take(id)
        defer { share.uploads.release(id) }
        try share.uploads.remove(id)
        return Response(.noContent)
    }

    private func take(_ id: UploadID) throws -> Uploads.Taken {
        do { return try share.uploads.take(id) } catch { throw HTTPError(error) }
    }

    /// By which the upload that a request begins is found again; nil where it doesn't ask for that.
    private func handle(of request: Request) throws(HTTPError) -> UploadHandle? {
        guard let text = request.headers[.uploadTag] else { return nil }
        guard let tag = UploadTag(text) else {
            throw HTTPError(
                .badRequest,
                message: "\(Endpoints.tagHeader) must have 1 to \(UploadTag.longest) digits and letters a to z")
        }
        let writer = request.headers[.syncboxWriter].flatMap { WriterName($0) }
        return UploadHandle(tag: tag, key: caller.name, writer: writer)
    }

    private func number(_ name: HTTPField.Name, of request: Request) throws(HTTPError) -> UInt64 {
        // The file system counts in signed numbers.
        guard let number = request.headers[name].flatMap({ Int64($0) }), number >= 0 else {
            throw HTTPError(.badRequest, message: "\(name) must say a number of bytes")
        }
        return UInt64(number)
    }
}

extension HTTPError {
    /// The answer where an upload can't be taken.
    fileprivate init(_ refusal: Uploads.Refusal) {
        switch refusal {
        case .unknown: self = .notFound
        case .taken:
            self.init(.leased, headers: [.retryAfter: "1"], message: "another request works on this upload")
        case .tooLong:
            self.init(
                .contentTooLarge, message: "uploads may have \(Uploads.mostBytes) bytes together; end some first")
        }
    }
}

/// Writes a piece of a body where it belongs.
func write(_ piece: ByteBufferView, to upload: StagedUpload, at offset: UInt64) throws(FileError) {
    var result: Result<Void, FileError> = .success(())
    piece.withUnsafeBytes { bytes in
        result = Result { () throws(FileError) in try upload.write(bytes, at: offset) }
    }
    try result.get()
}
