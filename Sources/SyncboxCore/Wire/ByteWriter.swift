// SPDX-License-Identifier: Apache-2.0

/// Writes numbers, paths and entries as the wire format has them: little-endian, every length before what it counts.
struct ByteWriter {
    /// What has been written so far.
    private(set) var bytes: [UInt8] = []
    /// Where the version is, once `header` has been written.
    private var versionAt: Int?

    /// Makes room for `count` bytes, so that what is written is not copied again and again.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Starts a message of the first version.
    mutating func header(_ magic: [UInt8]) {
        raw(magic)
        versionAt = bytes.count
        number(WireLimits.version)
    }

    /// Raises the message's version to `version`, which has what follows.
    mutating func need(_ version: UInt8) {
        guard let versionAt else { preconditionFailure("a message begins with its header") }
        bytes[versionAt] = max(bytes[versionAt], version)
    }

    mutating func number<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func raw(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
    }

    /// At most 65,535 bytes, with their number before them.
    mutating func short(_ value: some Collection<UInt8>) {
        precondition(value.count <= Int(UInt16.max), "a short field is too long")
        number(UInt16(value.count))
        raw(value)
    }

    mutating func path(_ path: RelativePath) {
        short(path.bytes)
    }

    mutating func entry(_ entry: Entry) {
        number(entry.kind.rawValue)
        number(entry.mode)
        number(entry.modified.seconds)
        number(entry.modified.nanoseconds)
        number(entry.size)
        let parts = EntryParts(of: entry)
        if !parts.isSubset(of: .digest) { need(WireLimits.preservingVersion) }
        number(parts.rawValue)
        entry.digest?.withBytes { raw($0) }
        short(entry.target)
        if let owner = entry.owner {
            number(owner.user)
            number(owner.group)
        }
        if let attributes = entry.attributes {
            number(UInt32(attributes.bytes.count))
            raw(attributes.bytes)
        }
    }

    mutating func state(_ state: ShareState) {
        number(state.epoch)
        number(state.sequence)
    }

    /// Puts one frame: its type, the length of `payload`, `payload`.
    mutating func frame(_ type: UInt8, _ payload: (inout ByteWriter) -> Void) {
        number(type)
        let lengthAt = bytes.count
        number(UInt32(0))
        let start = bytes.count
        payload(&self)
        let length = UInt32(bytes.count - start)
        for index in 0..<4 { bytes[lengthAt + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
    }
}

/// Which parts of an entry are written that not every entry has, as bits.
struct EntryParts: OptionSet {
    let rawValue: UInt8

    static let digest = EntryParts(rawValue: 1)
    static let owner = EntryParts(rawValue: 2)
    static let attributes = EntryParts(rawValue: 4)
    /// All that are known.
    static let all: EntryParts = [.digest, .owner, .attributes]

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(of entry: Entry) {
        self = []
        if entry.digest != nil { insert(.digest) }
        if entry.owner != nil { insert(.owner) }
        if entry.attributes != nil { insert(.attributes) }
    }
}
