// SPDX-License-Identifier: Apache-2.0
import SyncboxCore
import Testing

@Suite struct EntryTests {
    @Test("An entry holds what its kind has, and nothing else")
    func kinds() throws {
        let modified = Timestamp(seconds: 7, nanoseconds: 9)
        let digest = Digest([UInt8](repeating: 1, count: 32))
        let file = Entry.file(size: 3, digest: digest, mode: 0o4755, modified: modified)
        #expect((file.kind, file.size, file.mode, file.modified) == (.file, 3, 0o4755, modified))
        #expect(file.digest == digest && file.target.isEmpty)
        let directory = Entry.directory(mode: 0o1777, modified: modified)
        #expect(
            (directory.kind, directory.size, directory.mode, directory.modified) == (.directory, 0, 0o1777, modified))
        #expect(directory.digest == nil && directory.target.isEmpty)
        let link = Entry.symbolicLink(target: [0x2E, 0x2E, 0xFF], modified: modified)
        #expect((link.kind, link.size, link.mode, link.modified) == (.symbolicLink, 0, 0, modified))
        #expect(link.digest == nil && link.target == [0x2E, 0x2E, 0xFF])
    }

    @Test("The numbers of the kinds stay what they are, since they are stored and sent")
    func rawValues() {
        #expect(Entry.Kind.allCases.map(\.rawValue) == [1, 2, 3])
    }

    @Test("Timestamps order by seconds, then nanoseconds, before the epoch too")
    func order() {
        let sorted = [(-2, 0), (-1, 5), (-1, 999_999_999), (0, 0), (0, 1), (1, 0)].map { seconds, nanoseconds in
            Timestamp(seconds: Int64(seconds), nanoseconds: UInt32(nanoseconds))
        }
        #expect(sorted.reversed().sorted() == sorted)
        #expect(!(sorted[0] < sorted[0]))
    }

    @Test(
        "An identity vouches for a move only where the file system tells inodes and birth times",
        arguments: [
            (1, 1, 0, true), (1, 0, 1, true), (1, -5, 0, true), (1, 0, 0, false), (0, 1, 0, false), (0, 0, 0, false),
        ])
    func reliability(inode: UInt64, seconds: Int64, nanoseconds: UInt32, isReliable: Bool) {
        let born = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        #expect(Identity(inode: inode, born: born).isReliable == isReliable)
    }
}

@Suite struct ObservedTests {
    private static let seen = Observed(
        entry: .file(size: 3, digest: nil, mode: 0o644, modified: Timestamp(seconds: 10)),
        identity: Identity(inode: 5, born: Timestamp(seconds: 1)), changed: Timestamp(seconds: 11))

    @Test(
        "A look that differs in anything that a write or a replacement changes shows another version",
        arguments: [
            ("nothing", true, seen),
            ("digest, known by now", true, altered { $0.entry.digest = Digest([UInt8](repeating: 1, count: 32)) }),
            ("size", false, altered { $0.entry.size = 4 }),
            ("modification time", false, altered { $0.entry.modified.nanoseconds = 1 }),
            ("kind", false, altered { $0.entry.kind = .directory }),
            ("change time", false, altered { $0.changed.nanoseconds = 1 }),
            ("inode", false, altered { $0.identity.inode = 6 }),
            ("birth time", false, altered { $0.identity.born.seconds = 2 }),
        ])
    func version(name: String, isSame: Bool, later: Observed) {
        #expect(Self.seen.isSameVersion(as: later) == isSame, "\(name) differs")
        #expect(later.isSameVersion(as: Self.seen) == isSame, "\(name) differs")
    }

    private static func altered(_ alter: (inout Observed) -> Void) -> Observed {
        var later = seen
        alter(&later)
        return later
    }
}
