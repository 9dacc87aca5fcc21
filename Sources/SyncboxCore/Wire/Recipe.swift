// SPDX-License-Identifier: Apache-2.0

/// The file that a recipe copies from, and which version of it is meant.
package struct RecipeBase: Hashable, Sendable {
    /// Where the file is, below the share's root.
    package var path: RelativePath
    /// The digest that the server's catalog has of it. Any other version is no base.
    package var digest: Digest

    package init(path: RelativePath, digest: Digest) {
        self.path = path
        self.digest = digest
    }
}

/// One step of a recipe. Each appends to what the steps before it have built, and at least one byte.
package enum RecipeStep: Hashable, Sendable {
    /// This many bytes of content, which follow the step.
    case literal(length: UInt64)
    /// `length` bytes of the base, from the offset `from` on.
    case copy(from: UInt64, length: UInt64)
    /// This many zeros that take no room.
    case hole(length: UInt64)

    /// How many bytes the step builds.
    package var length: UInt64 {
        switch self {
        case .literal(let length), .copy(_, let length), .hole(let length): length
        }
    }
}

/// The types of the frames of a recipe.
enum RecipeFrame: UInt8 {
    case base = 1
    case literal = 2
    case copy = 3
    case hole = 4
}
