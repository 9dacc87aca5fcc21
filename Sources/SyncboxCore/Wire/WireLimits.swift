// SPDX-License-Identifier: Apache-2.0

/// The limits of the wire format. Both sides keep to them; the server refuses what exceeds them.
package enum WireLimits {
    /// The first version of the format. A message says the lowest version that has all that it holds, so that one of an
    /// earlier version is understood on the other side for as long as nothing new is used.
    package static let version: UInt8 = 1
    /// The version that brought what is preserved by option: an entry's owner and attributes, hard links, and
    /// incomplete outcomes.
    package static let preservingVersion: UInt8 = 2
    /// The latest version that this build understands.
    package static let latestVersion: UInt8 = 2
    /// The largest content that travels in a batch, in bytes. Anything larger goes beside the batches, as an upload.
    package static let inlineContent = 256 * 1024
    /// The longest frame, in bytes: a content, its path, its entry and its attributes.
    package static let frame = inlineContent + 16 * 1024 + Attributes.longest
    /// The most changes in one batch. Larger batches spread the cost of syncing no further; smaller ones do.
    package static let changesInBatch = 1000
    /// The most bytes of content and attributes in one batch; a client sends a batch that reaches it.
    package static let contentInBatch = 4 * 1024 * 1024
    /// The longest batch, in bytes: its content, one content more, and what paths and entries can add up to.
    package static let batch = contentInBatch + frame + changesInBatch * 16 * 1024
    /// The longest frame of a recipe, in bytes: its base's path and digest. A literal's content is in no frame.
    package static let recipeFrame = 2 + RelativePath.longestPath + Digest.length
    /// The most bytes that a recipe may build, and the furthest that a copy may end in its base: as far as file systems count.
    package static let recipeLength = UInt64(Int64.max)
    /// The most entries in one page of a manifest.
    package static let entriesInPage = 5000
    /// The most bytes of attributes in one page of a manifest; the page ends with the entry that reaches it.
    package static let attributesInPage = 4 * 1024 * 1024
    /// The longest text of a problem, in bytes; longer ones are cut.
    package static let problemText = 1000
}

/// What a share's catalog holds, as one value: equal states are equal catalogs.
package struct ShareState: Hashable, Sendable {
    /// Drawn at random when the catalog was made, so that a lost catalog is noticed.
    package var epoch: UInt64
    /// Raised by one with every batch that was committed.
    package var sequence: UInt64

    package init(epoch: UInt64, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// The state after one batch more.
    package var next: ShareState { ShareState(epoch: epoch, sequence: sequence + 1) }
}
