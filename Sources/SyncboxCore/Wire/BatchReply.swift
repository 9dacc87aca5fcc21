// SPDX-License-Identifier: Apache-2.0

/// The server's answer to a batch: what became of each change, in the batch's order, and the state after them.
///
///     "SBXR" version:u8 state               the state after the batch
///     frame*                                one a change: outcome, and for what has one its kind and text
///     end count:u32
package struct BatchReply: Hashable, Sendable {
    static let magic = Array("SBXR".utf8)

    /// The share's state after the batch.
    package var state: ShareState
    /// One for each change of the batch, in its order.
    package var outcomes: [Outcome]

    package init(state: ShareState, outcomes: [Outcome]) {
        self.state = state
        self.outcomes = outcomes
    }

    /// The reply as a response's body.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.header(Self.magic)
        writer.state(state)
        for outcome in outcomes {
            switch outcome {
            case .acknowledged: writer.frame(1) { _ in }
            case .preconditionFailed: writer.frame(2) { _ in }
            case .problem(let kind, let text): writer.frame(3) { Self.write(kind, text, to: &$0) }
            case .incomplete(let kind, let text):
                writer.need(WireLimits.preservingVersion)
                writer.frame(4) { Self.write(kind, text, to: &$0) }
            }
        }
        writer.frame(BatchFrame.end.rawValue) { $0.number(UInt32(outcomes.count)) }
        return writer.bytes
    }

    private static func write(_ kind: ProblemKind, _ text: String, to writer: inout ByteWriter) {
        writer.number(kind.rawValue)
        writer.short(text.utf8.prefix(WireLimits.problemText))
    }

    private static func problem(_ reader: inout ByteReader) throws(WireError) -> (ProblemKind, String) {
        let kind = ProblemKind(rawValue: try reader.number(UInt8.self)) ?? .other
        return (kind, String(decoding: try reader.short(), as: UTF8.self))
    }

    /// Reads a whole reply. Throws what is wrong with it.
    package init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var buffer = FrameBuffer()
        buffer.append(bytes)
        guard var header = try buffer.header(Self.magic, 16) else { throw .truncated }
        state = try header.state()
        outcomes = []
        while let (type, payload) = try buffer.frame() {
            var reader = payload
            switch type {
            case 1: outcomes.append(.acknowledged)
            case 2: outcomes.append(.preconditionFailed)
            case 3:
                let (kind, text) = try Self.problem(&reader)
                outcomes.append(.problem(kind, text))
            case 4:
                let (kind, text) = try Self.problem(&reader)
                outcomes.append(.incomplete(kind, text))
            case BatchFrame.end.rawValue:
                guard try reader.number(UInt32.self) == outcomes.count, buffer.isEmpty else { throw .truncated }
                return
            default: throw .malformed("an unknown frame, type \(type)")
            }
        }
        throw .truncated
    }
}
