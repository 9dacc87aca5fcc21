// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

@Suite struct InotifyEventTests {
    /// One event as the kernel lays it out: the name is filled up with NULs to a multiple of 16 bytes.
    private func bytes(_ event: InotifyEvent) -> [UInt8] {
        let padded = event.name.isEmpty ? 0 : (event.name.count / 16 + 1) * 16
        let words = [UInt32(bitPattern: event.watch), event.mask.rawValue, event.cookie, UInt32(padded)]
        let header = words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
        return header + event.name + [UInt8](repeating: 0, count: padded - event.name.count)
    }

    private static let events = [
        InotifyEvent(watch: 1, mask: .created, name: Array("file".utf8)),
        InotifyEvent(watch: -1, mask: .overflow),
        InotifyEvent(watch: 7, mask: [.movedFrom, .isDirectory], cookie: 4_000_000_000, name: [0xFF, 0x0A, 0xFE]),
        InotifyEvent(watch: 7, mask: .closedAfterWriting, name: [UInt8](repeating: 0x61, count: 255)),
        InotifyEvent(watch: 7, mask: .closedAfterWriting, name: [UInt8](repeating: 0x61, count: 16)),
        InotifyEvent(watch: Int32.max, mask: .ignored),
    ]

    @Test("Events are read in their order, names without what fills them up")
    func parses() {
        let parsed = Self.events.flatMap(bytes).withUnsafeBytes { InotifyEvent.parse($0) }
        #expect(parsed == Self.events)
        #expect([UInt8]().withUnsafeBytes { InotifyEvent.parse($0) } == [])
    }

    @Test("Bytes that end inside an event are no events, wherever they end")
    func refusesParts() {
        let all = Self.events.flatMap(bytes)
        var boundaries: Set<Int> = [0]
        for event in Self.events { boundaries.insert((boundaries.max() ?? 0) + bytes(event).count) }
        for end in 0...all.count {
            let parsed = all[..<end].withUnsafeBytes { InotifyEvent.parse($0) }
            #expect((parsed != nil) == boundaries.contains(end), "\(end) bytes")
        }
    }

    @Test("No bytes at all make it read beyond their end")
    func takesAnything() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...3, using: &random)
            }
            let parsed = bytes.withUnsafeBytes { InotifyEvent.parse($0) }
            #expect((parsed ?? []).count <= bytes.count / 16)
        }
    }
}
