// SPDX-License-Identifier: Apache-2.0

/// Which paths of a source are not mirrored: what git would ignore if the ignore files were its own.
///
/// The last pattern of a file that is about an entry decides; a file in a deeper directory has more say than one above
/// it, and the configured patterns have the least. Nothing below an ignored directory can be included again.
package struct IgnoreRules: Sendable {
    /// The name of ignore files. They are mirrored like any other file.
    package static let fileName = ".syncboxignore"

    private let base: IgnoreFile
    private var files: [RelativePath: IgnoreFile] = [:]

    /// Starts without ignore files. `base` is read as if it stood at the root, before the root's own file.
    package init(base: IgnoreFile = .empty) {
        self.base = base
    }

    /// Makes `file` the ignore file of `directory`; nil where it has none (any more).
    package mutating func set(_ file: IgnoreFile?, in directory: RelativePath) {
        files[directory] = file
    }

    /// Forgets the ignore files of `directory` and of all directories below.
    package mutating func removeAll(in directory: RelativePath) {
        files = files.filter { $0.key != directory && !$0.key.isBelow(directory) }
    }

    /// Follows a directory that has been renamed from `old` to `new`, with the ignore files in it and below. What was
    /// known of `new` is forgotten.
    package mutating func move(from old: RelativePath, to new: RelativePath) {
        let moved = files.compactMap { directory, file in directory.moved(from: old, to: new).map { ($0, file) } }
        removeAll(in: old)
        removeAll(in: new)
        files.merge(moved) { _, moved in moved }
    }

    /// Whether `path` is not mirrored, because of itself or of a directory above it. The root always is mirrored.
    package func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool {
        var rules = DirectoryRules(base: base, file: files[.root])
        for directory in path.ancestors.dropFirst() {
            if rules.isIgnored(directory.name.span, isDirectory: true) { return true }
            rules.enter(directory.name, file: files[directory])
        }
        return !path.isRoot && rules.isIgnored(path.name.span, isDirectory: isDirectory)
    }

    /// What decides about the entries of `directory`, which itself is known not to be ignored: a scan asks for it once
    /// a directory.
    package func rules(in directory: RelativePath) -> DirectoryRules {
        var rules = DirectoryRules(base: base, file: files[.root])
        for entered in (directory.ancestors + [directory]).dropFirst() {
            rules.enter(entered.name, file: files[entered])
        }
        return rules
    }
}
