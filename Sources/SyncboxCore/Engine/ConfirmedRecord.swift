// SPDX-License-Identifier: Apache-2.0

/// The record of what the server has confirmed: a tree, with the state of the server's catalog that it describes.
///
/// Every call may block, and throws what the record's keeping throws, which nothing can mend while running.
package protocol ConfirmedRecord {
    /// The state of the server's catalog that the record describes; nil before it was ever aligned, and while it is not.
    var state: ShareState? { get throws }
    /// What is confirmed at each of `paths`; those where nothing is are left out.
    func confirmed(at paths: some Sequence<RelativePath>) throws -> [RelativePath: Confirmed]
    /// What is confirmed directly in `directory`, by name.
    func children(of directory: RelativePath) throws -> [[UInt8]: Confirmed]
    /// Where the record has the entry with `identity`, and as what; nil where it has none.
    func location(of identity: Identity) throws -> (path: RelativePath, confirmed: Confirmed)?
    /// Every place where the record has the entry with `identity`, and as what: the names of a file.
    func locations(of identity: Identity) throws -> [(path: RelativePath, confirmed: Confirmed)]
    /// Records what a batch confirmed, in its order, and the state after it, as one.
    func confirm(_ confirmations: [Confirmation], state: ShareState?) throws

    /// How many entries are confirmed at and below `path`; below the root, which itself is not counted.
    func count(at path: RelativePath) throws -> UInt64
    /// Keeps in mind, across restarts, whether deletions are held back.
    func setHolding(_ isHolding: Bool) throws

    /// Forgets which content is confirmed, but not which entries: every file will be sent again.
    func forgetContents() throws
    /// Forgets which state of the catalog the record describes, so that it is aligned anew.
    func forgetState() throws
    /// Begins to take over a manifest: what `align` doesn't name until `finishAligning` will be forgotten.
    func beginAligning() throws
    /// Takes over entries of the server's manifest, in the order of paths. Where the record has the very same, it keeps
    /// what it knows of the source's entry; otherwise only the server vouches for it from now on.
    func align(_ items: [ManifestPage.Item]) throws
    /// Ends what `beginAligning` began: the record now describes `state`.
    func finishAligning(_ state: ShareState) throws
}

extension ConfirmedRecord {
    /// Counted entry by entry, for records that are small.
    package func count(at path: RelativePath) throws -> UInt64 {
        var count: UInt64 = path.isRoot ? 0 : 1
        if !path.isRoot, try confirmed(at: [path])[path] == nil { return 0 }
        for name in try children(of: path).keys {
            if let child = try? path.appending(name) { count += try self.count(at: child) }
        }
        return count
    }

    /// For records that outlive nothing.
    package func setHolding(_: Bool) throws {}
}

/// What a batch that was acknowledged tells the record.
package enum Confirmation: Hashable, Sendable {
    /// This is at the path now, as the disk showed it when it was sent.
    case set(RelativePath, Confirmed)
    /// What was at `from`, with all below it, is at `to`, in place of what was there.
    case move(from: RelativePath, to: RelativePath)
    /// What was at each of two paths, with all below it, is at the other.
    case exchange(RelativePath, RelativePath)
    /// Nothing is at the path, or below it.
    case remove(RelativePath)
}
