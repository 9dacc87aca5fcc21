// SPDX-License-Identifier: Apache-2.0

/// Which of the kept versions are brought back, when a path is: its newest, or the newest of every path below it.
package struct RestorePlan: Hashable, Sendable {
    /// One entry that is brought back.
    package struct Item: Hashable, Sendable {
        /// Where it was.
        package let path: RelativePath
        /// What was there; a file's digest is nil.
        package let entry: Entry
        /// The version that keeps it.
        package let version: KeptVersion
    }

    /// In the order of paths, a directory before what is in it. Empty where nothing is kept.
    package let items: [Item]

    /// Chooses from what is kept at `path` and below it, the newest versions first, as pages give it. With `version` that one
    /// alone counts. nil where an entry says what none can be.
    ///
    /// Where the newest of `path` itself is no directory, it alone is brought back; so is nothing below what is none.
    package init?(_ kept: [KeptEntry], at path: RelativePath, version: KeptVersion? = nil) {
        var newest: [RelativePath: Item] = [:]
        for kept in kept where version == nil || kept.version == version?.name {
            guard let place = kept.relativePath, place == path || place.isBelow(path), !place.isRoot,
                let entry = kept.entry, let version = KeptVersion(kept.version)
            else { return nil }
            if newest[place] == nil { newest[place] = Item(path: place, entry: entry, version: version) }
        }
        var items: [Item] = []
        // The last one that holds nothing: what is below it in the order of paths follows directly.
        var leaf: RelativePath?
        for item in newest.values.sorted(by: { $0.path < $1.path }) {
            if let leaf, item.path.isBelow(leaf) { continue }
            items.append(item)
            leaf = item.entry.kind == .directory ? nil : item.path
        }
        self.items = items
    }

    /// Whether it is one file or symbolic link, at `path` itself.
    package func isSingle(_ path: RelativePath) -> Bool {
        items.count == 1 && items[0].path == path && items[0].entry.kind != .directory
    }
}
