// SPDX-License-Identifier: Apache-2.0

/// What is mirrored of entries beyond content, mode and modification time, where the settings ask for it. The raw values are
/// their words.
package enum Preserve: String, Hashable, Sendable, CaseIterable {
    /// Whose an entry is: `Entry.owner`.
    case owner
    /// Extended attributes and access control lists: `Entry.attributes`.
    case xattrs
    /// Which files are one under several names.
    case hardLinks = "hard-links"
}

extension Entry {
    /// What of it is mirrored beyond content, mode and modification time. Which files are one is nothing that an entry tells.
    package var preserved: Set<Preserve> {
        Set([owner == nil ? nil : .owner, attributes == nil ? nil : .xattrs].compactMap(\.self))
    }

    /// The entry as it is where these could not be preserved.
    package func without(_ lacking: Set<Preserve>) -> Entry {
        var entry = self
        if lacking.contains(.owner) { entry.owner = nil }
        if lacking.contains(.xattrs) { entry.attributes = nil }
        return entry
    }
}
