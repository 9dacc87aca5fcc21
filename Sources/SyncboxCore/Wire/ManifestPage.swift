// SPDX-License-Identifier: Apache-2.0

/// One page of what a share's catalog holds, so that a client whose index is lost or old learns what is confirmed.
///
///     "SBXM" version:u8 state               the state that the page shows; another one on the next page: begin again
///     frame*                                one an entry, in the order of paths: path, entry
///     end count:u32 isLast:u8
package struct ManifestPage: Hashable, Sendable {
    static let magic = Array("SBXM".utf8)

    /// An entry and where it is.
    package struct Item: Hashable, Sendable {
        /// Where it is.
        package var path: RelativePath
        /// What it is.
        package var entry: Entry

        package init(path: RelativePath, entry: Entry) {
            self.path = path
            self.entry = entry
        }
    }

    /// The share's state when the page was read.
    package var state: ShareState
    /// At most `WireLimits.entriesInPage`, in the order of paths: a directory comes before what is in it.
    package var items: [Item]
    /// Whether nothing follows. Otherwise the next page is asked for by the last item's path.
    package var isLast: Bool

    package init(state: ShareState, items: [Item], isLast: Bool) {
        self.state = state
        self.items = items
        self.isLast = isLast
    }

    /// The page as a response's body, for a client that understands versions up to `version`: what an earlier one doesn't
    /// know is left out.
    package func encoded(for version: UInt8 = WireLimits.latestVersion) -> [UInt8] {
        let lacking: Set<Preserve> = version < WireLimits.preservingVersion ? Set(Preserve.allCases) : []
        var writer = ByteWriter()
        writer.header(Self.magic)
        writer.state(state)
        for item in items {
            writer.frame(1) {
                $0.path(item.path)
                $0.entry(item.entry.without(lacking))
            }
        }
        writer.frame(BatchFrame.end.rawValue) {
            $0.number(UInt32(items.count))
            $0.number(UInt8(isLast ? 1 : 0))
        }
        return writer.bytes
    }

    /// Reads a whole page. Throws what is wrong with it.
    package init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var buffer = FrameBuffer()
        buffer.append(bytes)
        guard var header = try buffer.header(Self.magic, 16) else { throw .truncated }
        state = try header.state()
        items = []
        while let (type, payload) = try buffer.frame() {
            var reader = payload
            switch type {
            case 1: items.append(Item(path: try reader.path(), entry: try reader.entry()))
            case BatchFrame.end.rawValue:
                guard try reader.number(UInt32.self) == items.count else { throw .truncated }
                isLast = try reader.number(UInt8.self) != 0
                guard buffer.isEmpty else { throw .truncated }
                return
            default: throw .malformed("an unknown frame, type \(type)")
            }
        }
        throw .truncated
    }
}
