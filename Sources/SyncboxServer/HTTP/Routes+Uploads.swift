// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import SyncboxCore
import SyncboxFiles

/// Contents that are too long for a batch: begun, filled in parts, gone on with after a cut, and ended by a put in a batch.
extension Routes {
    /// `POST uploads`: begins one of `Upload-Length` bytes.
    func beginUpload(_ request: Request) throws -> Response {
        try caller.permissions(anyOf: [.write])
        let length = try number(.uploadLength, of: request)
        guard let id = try share.uploads.begin(length: length) else {
            throw HTTPError(
                .tooManyRequests, message: "\(Uploads.most) uploads are under way in this share; end some first")
        }
        return Response(
            .created, [.location: Endpoints.upload(share.name, id), .uploadOffset: "0", .uploadHoles: "yes"])
    }

    /// `HEAD uploads/{id}`: how much has arrived.
    func lookAtUpload(_ id: UploadID) throws -> Response {
        try caller.permissions(anyOf: [.write])
        guard let upload = share.uploads.find(id) else { throw HTTPError.notFound }
        return Response(
            .ok,
            [
                .uploadOffset: String(try upload.content.length()), .uploadLength: String(upload.length),
                .uploadHoles: "yes", .cacheControl: "no-store",
            ])
    }

    /// `PATCH uploads/{id}`: appends the body at `Upload-Offset`, which must be where the upload ends so far, or behind that:
    /// between is a hole then. An empty body at the upload's length is a hole at its end. What has arrived when the
    /// connection is cut stays. The last part is synced before it is answered.
    func appendToUpload(_ id: UploadID, _ request: Request) async throws -> Response {
        try caller.permissions(anyOf: [.write])
        let upload = try take(id)
        defer { share.uploads.release(id) }
        let end = try upload.content.length()
        var offset = try number(.uploadOffset, of: request)
        guard offset >= end, offset <= upload.length else {
            throw HTTPError(
                .conflict, headers: [.uploadOffset: String(end)], message: "the upload goes on at another offset")
        }
        try upload.content.extend(to: offset)
        for try await piece in request.body {
            guard UInt64(piece.readableBytes) <= upload.length - offset else {
                throw HTTPError(.contentTooLarge, message: "the upload was begun with \(upload.length) bytes")
            }
            try write(piece, to: upload.content, at: offset)
            offset += UInt64(piece.readableBytes)
        }
        if offset == upload.length, share.durability == .durable { try upload.content.sync() }
        return Response(.noContent, [.uploadOffset: String(offset)])
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
        do {
            return try share.uploads.take(id)
        } catch {
            switch error {
            case .unknown: throw HTTPError.notFound
            case .taken:
                throw HTTPError(
                    .leased, headers: [.retryAfter: "1"], message: "another request works on this upload")
            }
        }
    }

    private func number(_ name: HTTPField.Name, of request: Request) throws(HTTPError) -> UInt64 {
        // The file system counts in signed numbers.
        guard let number = request.headers[name].flatMap({ Int64($0) }), number >= 0 else {
            throw HTTPError(.badRequest, message: "\(name) must say a number of bytes")
        }
        return UInt64(number)
    }
}

/// Writes a piece of a body where it belongs.
func write(_ piece: ByteBuffer, to upload: StagedUpload, at offset: UInt64) throws(FileError) {
    var result: Result<Void, FileError> = .success(())
    piece.withUnsafeReadableBytes { bytes in
        result = Result { () throws(FileError) in try upload.write(bytes, at: offset) }
    }
    try result.get()
}
