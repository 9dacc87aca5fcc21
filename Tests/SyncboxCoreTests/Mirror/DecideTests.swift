// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import Testing

/// What an entry needs whose metadata beyond mode and time is preserved by option.
@Suite struct DecideTests {
    private static let digest = Digest(Array(repeating: 7, count: Digest.length))
    private static let (owner, other) = (Owner(user: 1, group: 2), Owner(user: 1, group: 3))

    private func observed(_ owner: Owner?, changed: Int64 = 1) -> Observed {
        var entry = Entry.file(size: 3, digest: nil, mode: 0o644, modified: Timestamp(seconds: 5))
        entry.owner = owner
        let identity = Identity(inode: 1, born: Timestamp(seconds: 1))
        return Observed(entry: entry, identity: identity, changed: Timestamp(seconds: changed))
    }

    private func confirmed(_ owner: Owner?) -> Confirmed {
        let observed = observed(owner)
        var entry = observed.entry
        entry.digest = Self.digest
        return Confirmed(entry: entry, identity: observed.identity, changed: observed.changed)
    }

    private func decision(_ owner: Owner?, changed: Int64 = 1, confirmed known: Owner?) throws -> Decision {
        decide(
            try RelativePath("f"), observed: .present(observed(owner, changed: changed)), confirmed: confirmed(known))
    }

    @Test("An owner that nobody asks for is not compared")
    func notAsked() throws {
        #expect(try decision(nil, confirmed: nil) == .nothing)
        #expect(try decision(nil, confirmed: Self.owner) == .nothing)
        #expect(try decision(Self.owner, confirmed: Self.owner) == .nothing)
    }

    @Test("An owner that the server lacks is sent without reading the file, where a look vouches for its content")
    func lacking() throws {
        var entry = observed(Self.owner).entry
        entry.digest = Self.digest
        let change = Change.setMetadata(try RelativePath("f"), entry)
        #expect(try decision(Self.owner, confirmed: nil) == .send(change))
        #expect(try decision(Self.owner, confirmed: Self.other) == .send(change))
        #expect(try decision(Self.owner, changed: 2, confirmed: Self.other) == .readContent)
    }

    @Test("A file that was read needs its metadata, and not its content, where the owner differs")
    func read() {
        #expect(decide(read: confirmed(Self.owner).entry, confirmed: confirmed(Self.other)) == .setMetadata)
        #expect(decide(read: confirmed(nil).entry, confirmed: confirmed(Self.other)) == .refresh)
    }
}
