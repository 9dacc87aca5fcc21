// SPDX-License-Identifier: Apache-2.0

/// Reads what `ByteWriter` writes. It trusts nothing: every length is checked before it is used.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// What has not been read yet.
    var rest: ArraySlice<UInt8> { bytes[position...] }

    mutating func raw(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= bytes.endIndex - position else { throw .malformed("a field ends behind its frame") }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) throws(WireError) -> Number {
        var value: Number = 0
        for (index, byte) in try raw(Number.bitWidth / 8).enumerated() {
            value |= Number(byte) << Number(8 * index)
        }
        return value
    }

    mutating func short() throws(WireError) -> ArraySlice<UInt8> {
        try raw(Int(number(UInt16.self)))
    }

    mutating func path() throws(WireError) -> RelativePath {
        let bytes = try short()
        do { return try RelativePath(bytes) } catch { throw .path(error) }
    }

    mutating func entry() throws(WireError) -> Entry {
        guard let kind = Entry.Kind(rawValue: try number(UInt8.self)) else {
            throw .malformed("an unknown kind of entry")
        }
        let mode = try number(UInt16.self)
        guard mode <= 0o7777 else { throw .malformed("a mode above 7777") }
        let modified = try timestamp()
        let size = try number(UInt64.self)
        let parts = EntryParts(rawValue: try number(UInt8.self))
        guard parts.isSubset(of: .all) else { throw .malformed("an entry with unknown parts") }
        let digest = parts.contains(.digest) ? Digest(try raw(Digest.length)) : nil
        let target = Array(try short())
        guard !target.contains(0) else { throw .malformed("a link's target holds a NUL byte") }
        guard kind != .symbolicLink || (1...RelativePath.longestPath).contains(target.count) else {
            throw .malformed("a link's target must have 1 to \(RelativePath.longestPath) bytes")
        }
        var entry = Entry(kind: kind, mode: mode, modified: modified, size: size, digest: digest, target: target)
        if parts.contains(.owner) { entry.owner = Owner(user: try number(UInt32.self), group: try number(UInt32.self)) }
        if parts.contains(.attributes) {
            guard let attributes = Attributes(bytes: try raw(Int(number(UInt32.self)))) else {
                throw .malformed("extended attributes that are none, or that are not mirrored")
            }
            entry.attributes = attributes
        }
        return entry
    }

    private mutating func timestamp() throws(WireError) -> Timestamp {
        let seconds = Int64(bitPattern: try number(UInt64.self))
        let nanoseconds = try number(UInt32.self)
        guard nanoseconds < 1_000_000_000 else { throw .malformed("nanoseconds above 999,999,999") }
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    mutating func state() throws(WireError) -> ShareState {
        ShareState(epoch: try number(UInt64.self), sequence: try number(UInt64.self))
    }

    /// Reads what a message begins with: `magic`, and a version that is understood.
    mutating func header(_ magic: [UInt8]) throws(WireError) {
        guard try raw(magic.count).elementsEqual(magic) else { throw .notOurs }
        let version = try number(UInt8.self)
        guard (WireLimits.version...WireLimits.latestVersion).contains(version) else { throw .version(version) }
    }

    /// How many bytes stand before a frame's payload: its type and its length.
    static let frameHead = 5

    /// Reads what a frame begins with: its type, and how many bytes of payload follow, which are at most `limit`.
    mutating func frame(atMost limit: Int) throws(WireError) -> (type: UInt8, length: Int) {
        let type = try number(UInt8.self)
        let length = Int(try number(UInt32.self))
        guard length <= limit else { throw .frameTooLong(length, limit: limit) }
        return (type, length)
    }

    /// Throws unless everything has been read.
    func end() throws(WireError) {
        guard rest.isEmpty else { throw .malformed("\(rest.count) bytes too many in a frame") }
    }
}

/// Why bytes are no message of ours.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first bytes are those of something else.
    case notOurs
    /// The other side speaks a version that this one doesn't.
    case version(UInt8)
    /// A frame is longer than its limit, both in bytes.
    case frameTooLong(Int, limit: Int)
    /// A batch holds more changes than `WireLimits.changesInBatch`.
    case tooManyChanges
    /// The message ends before its last frame.
    case truncated
    /// A path is none.
    case path(PathError)
    /// Anything else, in words.
    case malformed(String)

    package var description: String {
        switch self {
        case .notOurs: "this is no Syncbox message"
        case .version(let found):
            "version \(found) of the wire format is not understood; \(WireLimits.version) to \(WireLimits.latestVersion) are"
        case .frameTooLong(let length, let limit): "a frame has \(length) bytes; \(limit) are possible"
        case .tooManyChanges: "a batch has more than \(WireLimits.changesInBatch) changes"
        case .truncated: "the message ends too early"
        case .path(let error): error.description
        case .malformed(let what): what
        }
    }
}
