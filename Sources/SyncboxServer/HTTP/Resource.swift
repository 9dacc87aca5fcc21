// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// What a request's target names. A pure value, read from the raw target: names are bytes, and a decoder that
/// makes text of them would break those that are not UTF-8.
enum Resource: Hashable, Sendable {
    case health
    case metrics
    case shares
    case share(String)
    case batches(String)
    case manifest(String, after: RelativePath?)
    case uploads(String)
    case upload(String, UploadID)
    case file(String, RelativePath)
    case directory(String, RelativePath, after: [UInt8])
    case move(String)
    case kept(String, RelativePath, after: [UInt8]?)
    case version(String, KeptVersion, RelativePath)
    case freshness(String)
    case audit(String)

    /// Reads the path and query of a request. nil when they name nothing; throws a `TargetError` when what they name can't be.
    init?(target: String) throws(TargetError) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let after = parts.count > 1 ? try Self.after(in: parts[1]) : nil
        if parts[0] == "/healthz" {
            self = .health
            return
        }
        if parts[0] == "/metrics" {
            self = .metrics
            return
        }
        // "", "v1", "shares", NAME, KIND and the rest as it is.
        let names = parts[0].split(separator: "/", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard names.starts(with: ["", "v1", "shares"]) else { return nil }
        if names.count == 3 {
            self = .shares
            return
        }
        try self.init(
            share: names[3], kind: names.count > 4 ? names[4] : nil, rest: names.count > 5 ? names[5] : nil,
            after: after)
    }

    private init?(share: String, kind: String?, rest: String?, after: [UInt8]?) throws(TargetError) {
        switch (kind, rest) {
        case (nil, nil): self = .share(share)
        case ("batches", nil): self = .batches(share)
        case ("manifest", nil):
            self = .manifest(share, after: try after.map { bytes throws(TargetError) in try Self.path(bytes) })
        case ("uploads", nil): self = .uploads(share)
        case ("uploads", let id?):
            guard let upload = UploadID(id) else { return nil }
            self = .upload(share, upload)
        case ("files", let path?): self = .file(share, try Self.path(encoded: path))
        case ("directories", let path): self = .directory(share, try Self.path(encoded: path ?? ""), after: after ?? [])
        case ("move", nil): self = .move(share)
        case ("kept", let path): self = .kept(share, try Self.path(encoded: path ?? ""), after: after)
        case ("versions", let rest?):
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let version = KeptVersion(String(parts[0])) else { return nil }
            self = .version(share, version, try Self.path(encoded: parts[1]))
        case ("freshness", nil): self = .freshness(share)
        case ("audit", nil): self = .audit(share)
        default: return nil
        }
    }

    /// The path that percent-encoded text stands for.
    static func path(encoded text: some StringProtocol) throws(TargetError) -> RelativePath {
        guard let bytes = PercentEncoding.decode(text) else { throw TargetError.encoding }
        return try path(bytes)
    }

    private static func path(_ bytes: [UInt8]) throws(TargetError) -> RelativePath {
        do { return try RelativePath(bytes) } catch { throw .path(error) }
    }

    /// The value of `after` in a query; nil where it isn't there.
    private static func after(in query: Substring) throws(TargetError) -> [UInt8]? {
        for field in query.split(separator: "&") where field.hasPrefix("after=") {
            guard let bytes = PercentEncoding.decode(field.dropFirst("after=".count)) else { throw .encoding }
            return bytes
        }
        return nil
    }

    /// The methods that can be asked of it.
    var methods: [String] {
        switch self {
        case .health, .metrics, .shares, .share, .manifest, .kept, .version: ["GET", "HEAD"]
        case .batches, .uploads, .move, .freshness: ["POST"]
        case .audit: ["GET", "HEAD", "POST", "DELETE"]
        case .upload: ["HEAD", "PATCH", "DELETE"]
        case .file, .directory: ["GET", "HEAD", "PUT", "DELETE"]
        }
    }

    /// The share that it belongs to; nil for what belongs to none.
    var share: String? {
        switch self {
        case .health, .metrics, .shares: nil
        case .share(let name), .batches(let name), .manifest(let name, _), .uploads(let name), .upload(let name, _),
            .file(let name, _), .directory(let name, _, _), .move(let name), .kept(let name, _, _),
            .version(let name, _, _), .freshness(let name), .audit(let name):
            name
        }
    }
}

/// Why a request's target can name nothing.
enum TargetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A `%` is not followed by two hexadecimal digits.
    case encoding
    /// What it stands for is no path.
    case path(PathError)

    var description: String {
        switch self {
        case .encoding: "a '%' must be followed by two hexadecimal digits"
        case .path(let error): error.description
        }
    }
}
