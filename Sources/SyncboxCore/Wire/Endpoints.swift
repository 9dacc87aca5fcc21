// SPDX-License-Identifier: Apache-2.0

/// The names that both sides of the link use: targets, headers, media types.
package enum Endpoints {
    /// The media type of batches, replies and manifest pages.
    package static let mediaType = "application/vnd.syncbox.v1"
    /// What a client says that it accepts, where it understands what the second version has.
    package static let preservingMediaType = "application/vnd.syncbox.v2"
    /// The media type of a part of an upload that is a recipe (`RecipeEncoder`), and not the bytes themselves.
    package static let recipeMediaType = "application/vnd.syncbox.recipe"
    /// Names the writer of a share: one client instance. A share accepts one writer at a time.
    package static let writerHeader = "Syncbox-Writer"
    /// The offset from which an upload's part is appended, and in answers the length that is staged, in bytes. An offset
    /// behind that length leaves a hole between: zeros that nobody sends.
    package static let offsetHeader = "Upload-Offset"
    /// The whole length of an upload, in bytes.
    package static let lengthHeader = "Upload-Length"
    /// In answers about an upload, with the value `yes`: the server takes holes. One of an earlier version does not say it.
    package static let holesHeader = "Upload-Holes"
    /// In answers about an upload, with the value `yes`: the server takes recipes. One of an earlier version does not say it.
    package static let deltaHeader = "Upload-Delta"
    /// On the request that begins an upload: an `UploadTag` by which the same client finds it again.
    package static let tagHeader = "Upload-Tag"

    /// The mode of an entry that is put by itself, in octal digits.
    package static let modeHeader = "Syncbox-Mode"
    /// The modification time of an entry that is put by itself: seconds since the epoch, with up to 9 decimals.
    package static let modifiedHeader = "Syncbox-Modified"

    /// On a batch: the instant up to which the share reflects its source already, as `Freshness.instant`.
    package static let freshHeader = "Syncbox-Fresh"

    /// `GET`: the share's state (`ShareDescription`).
    package static func share(_ share: String) -> String { "/v1/shares/\(share)" }

    /// `POST`: a batch; answers a `BatchReply`, or 409 with a `ShareDescription` where the base is another state.
    package static func batches(_ share: String) -> String { Self.share(share) + "/batches" }

    /// `GET`: the page of the manifest that begins behind `path`; nil for the first.
    package static func manifest(_ share: String, after path: RelativePath?) -> String {
        Self.share(share) + "/manifest" + (path.map { "?after=" + PercentEncoding.encode($0.bytes) } ?? "")
    }

    /// `POST` with a `FreshnessReport`: how far the share reflects its source, from a client that has nothing to send. 409 with
    /// a `ShareDescription` where the share is on another state than the report's.
    package static func freshness(_ share: String) -> String { Self.share(share) + "/freshness" }

    /// `POST` with an `AuditRequest`: begins an audit and answers 202 with an `AuditReport`; 409 while one runs. `GET`: how far
    /// it is, or what the last one found. `DELETE`: ends it.
    package static func audit(_ share: String) -> String { Self.share(share) + "/audit" }

    /// `POST`: begins an upload and answers 201 with its id as the last component of `Location`. With the `Upload-Tag` and
    /// `Upload-Length` of one that the same writer began with the same key it is that one, and the answer 200.
    package static func uploads(_ share: String) -> String { Self.share(share) + "/uploads" }

    /// `GET`: a `KeptPage` of what is kept at `path` and below it; the one behind `next` where that is given.
    package static func kept(_ share: String, _ path: RelativePath, after next: String? = nil) -> String {
        Self.share(share) + "/kept" + (path.isRoot ? "" : "/" + PercentEncoding.encode(path.bytes))
            + (next.map { "?after=" + $0 } ?? "")
    }

    /// `GET`: the content of one kept file, as a whole or, with `Range: bytes=FIRST-LAST`, a part of it.
    package static func version(_ share: String, _ version: KeptVersion, _ path: RelativePath) -> String {
        Self.share(share) + "/versions/" + version.name + "/" + PercentEncoding.encode(path.bytes)
    }

    /// `HEAD`: how much is staged. `PATCH`: appends at `Upload-Offset` what the body is, or says as a recipe; 412 where the
    /// recipe's base is not the version that it names. `DELETE`: gives it up.
    package static func upload(_ share: String, _ upload: UploadID) -> String { uploads(share) + "/" + upload.text }
}
