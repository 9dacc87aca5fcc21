// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import SyncboxCore
import SyncboxDaemon
import SyncboxFiles

/// What was removed or replaced and is kept. There is no other way to it: paths never lead into the trash.
extension Routes {
    /// `GET kept/{path}`: what is kept at the path and below it, the newest first, a page at a time.
    func listKept(_ path: RelativePath, after bytes: [UInt8]?) throws -> Response {
        try caller.permissions(anyOf: [.read])
        let position = bytes.flatMap(KeptWalk.Position.init)
        guard bytes == nil || position != nil else {
            throw HTTPError(.badRequest, message: "after must be what a page gave as next")
        }
        return try Response(json: KeptWalk.page(of: share.kept.trash, at: path, after: position))
    }

    /// `GET versions/{version}/{path}`: the content of a kept file, or with `Range: bytes=FIRST-LAST` that part of it.
    func getVersion(_ version: KeptVersion, _ path: RelativePath, _ request: Request) throws -> Response {
        try caller.permissions(anyOf: [.read])
        guard let kept = try share.kept.trash.open(version), case .present(let there) = try kept.tree.look(at: path),
            there.entry.kind == .file
        else { throw HTTPError(.notFound, message: "there is no file here, or it is kept no longer") }
        let file = try kept.tree.openForReading(path)
        try kept.tree.restoreModes()
        var headers: HTTPFields = [.contentType: "application/octet-stream", .acceptRanges: "bytes"]
        headers[.lastModified] = httpDate(there.entry.modified)
        headers[.syncboxMode] = "0" + String(there.entry.mode, radix: 8)
        headers[.syncboxModified] = there.entry.modified.decimalText
        guard let range = request.headers[.range].flatMap(Self.range) else {
            headers[.contentLength] = String(file.size)
            return Response(status: .ok, headers: headers, body: body(of: file, 0..<file.size))
        }
        guard range.lowerBound < file.size else {
            throw HTTPError(
                .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(file.size)"],
                message: "the file has \(file.size) bytes")
        }
        let part = range.lowerBound..<min(range.upperBound, file.size)
        headers[.contentLength] = String(part.count)
        headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        return Response(status: .partialContent, headers: headers, body: body(of: file, part))
    }

    /// The bytes that `bytes=FIRST-LAST` asks for. nil for what else a range can be (RFC 9110, section 14.2, lets a server
    /// pass over it).
    private static func range(_ text: String) -> Range<UInt64>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let numbers = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        // The file system counts in signed numbers.
        guard numbers.count == 2, let first = Int64(numbers[0]), let last = Int64(numbers[1]), first >= 0,
            last >= first,
            last < .max
        else { return nil }
        return UInt64(first)..<UInt64(last) + 1
    }
}
