// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes, however it arrives, into a header and frames. It holds what was appended last and at most
/// one unfinished frame before it.
struct FrameBuffer {
    private var bytes: [UInt8] = []
    private var position = 0

    mutating func append(_ more: some Sequence<UInt8>) {
        if position > 0 {
            bytes.removeFirst(position)
            position = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Whether nothing is left to take.
    var isEmpty: Bool { position == bytes.count }

    /// Takes `count` bytes, or nil while there are fewer.
    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    /// Takes a header of `magic`, the version, and `count` bytes more, or nil while it isn't whole.
    mutating func header(_ magic: [UInt8], _ count: Int) throws(WireError) -> ByteReader? {
        guard let header = take(magic.count + 1 + count) else { return nil }
        var reader = ByteReader(header)
        try reader.header(magic)
        return reader
    }

    /// Takes the next frame, or nil while it isn't whole.
    mutating func frame() throws(WireError) -> (type: UInt8, payload: ByteReader)? {
        let start = position
        guard let head = take(ByteReader.frameHead) else { return nil }
        var reader = ByteReader(head)
        let (type, length) = try reader.frame(atMost: WireLimits.frame)
        guard let payload = take(length) else {
            position = start
            return nil
        }
        return (type, ByteReader(payload))
    }
}
