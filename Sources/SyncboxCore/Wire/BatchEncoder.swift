// SPDX-License-Identifier: Apache-2.0

/// Writes a batch as the body of one request.
///
///     "SBXB" version:u8 base:state          which catalog the changes build on
///     frame*                                one a change, in the order in which they are applied
///     end count:u32                         so that a body that was cut is never taken for a whole one
///
///     frame = type:u8 length:u32 payload    numbers are little-endian; paths and targets have a length:u16 before them
package struct BatchEncoder {
    static let magic = Array("SBXB".utf8)

    private var writer = ByteWriter()
    /// How many changes have been added.
    package private(set) var count = 0
    /// How many bytes of content the changes carry.
    package private(set) var contentSize = 0

    /// How many bytes a change takes beside its content, its paths included: what most need.
    private static let usualFrame = 160

    /// Starts a batch that builds on `base`, with room for as many of `changes` as fit.
    package init(base: ShareState, reserving changes: [Change] = []) {
        let content = changes.reduce(0) { $0 + $1.inlineSize + Self.usualFrame }
        writer.reserve(min(content, WireLimits.contentInBatch + WireLimits.frame))
        writer.header(Self.magic)
        writer.state(base)
    }

    /// Whether the batch has reached a limit and should be sent.
    package var isFull: Bool {
        count >= WireLimits.changesInBatch || contentSize >= WireLimits.contentInBatch
    }

    /// Adds a change behind the others. A batch that `isFull` takes no more.
    package mutating func append(_ change: Change) {
        precondition(!isFull, "the batch is full")
        count += 1
        contentSize += change.inlineSize
        switch change {
        case .put(let path, let entry, .inline(let content)):
            precondition(content.count <= WireLimits.inlineContent, "the content is too long for a batch")
            add(.putInline, path, entry) { $0.raw(content) }
        case .put(let path, let entry, .upload(let upload)): add(.putUpload, path, entry) { $0.raw(upload.text.utf8) }
        case .makeDirectory(let path, let entry): add(.makeDirectory, path, entry) { _ in }
        case .link(let path, let entry): add(.link, path, entry) { _ in }
        case .move(let path, let from, let expected): add(.move, path, expected) { $0.path(from) }
        case .exchange(let path, let other, let expected, let otherEntry):
            add(.exchange, path, expected) {
                $0.path(other)
                $0.entry(otherEntry)
            }
        case .hardLink(let path, let existing, let expected):
            writer.need(WireLimits.preservingVersion)
            add(.hardLink, path, expected) { $0.path(existing) }
        case .remove(let path): writer.frame(BatchFrame.remove.rawValue) { $0.path(path) }
        case .setMetadata(let path, let entry): add(.setMetadata, path, entry) { _ in }
        }
    }

    private mutating func add(
        _ frame: BatchFrame, _ path: RelativePath, _ entry: Entry, _ more: (inout ByteWriter) -> Void
    ) {
        writer.frame(frame.rawValue) {
            $0.path(path)
            $0.entry(entry)
            more(&$0)
        }
    }

    /// The whole body.
    package consuming func finish() -> [UInt8] {
        let count = UInt32(count)
        writer.frame(BatchFrame.end.rawValue) { $0.number(count) }
        return writer.bytes
    }
}

/// The types of the frames of a batch.
enum BatchFrame: UInt8 {
    case putInline = 1
    case putUpload = 2
    case makeDirectory = 3
    case link = 4
    case move = 5
    case remove = 6
    case setMetadata = 7
    case exchange = 8
    case hardLink = 9
    case end = 255
}
