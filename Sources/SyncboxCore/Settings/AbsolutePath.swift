// SPDX-License-Identifier: Apache-2.0

/// Questions about absolute paths as settings hold them: without `//`, `.`, `..` and a slash at the end.
enum AbsolutePath {
    /// Whether the two are the same, or one lies in the other.
    static func overlap(_ left: String, _ right: String) -> Bool {
        contains(left, right) || contains(right, left)
    }

    /// Whether `path` is `directory` itself or lies in it.
    static func contains(_ directory: String, _ path: String) -> Bool {
        directory == "/" || path.utf8.elementsEqual(directory.utf8) || path.utf8.starts(with: (directory + "/").utf8)
    }
}
