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

/// The rules for the entries of one directory.
package struct DirectoryRules: Sendable {
    /// An ignore file, and where in the directory's path its own directory ends.
    private struct Applicable {
        let file: IgnoreFile
        let offset: Int
    }

    /// The directory's path with a slash behind it; empty for the root.
    private var directory: [UInt8] = []
    /// From the one with the least say to the one with the most.
    private var files: [Applicable] = []
    private var isAnchored = false

    init(base: IgnoreFile, file: IgnoreFile?) {
        add(base)
        add(file)
    }

    private mutating func add(_ file: IgnoreFile?) {
        guard let file else { return }
        files.append(Applicable(file: file, offset: directory.count))
        isAnchored = isAnchored || file.isAnchored
    }

    /// Goes down into the directory `name`, whose ignore file is `file`.
    mutating func enter(_ name: some Sequence<UInt8>, file: IgnoreFile?) {
        directory += name
        directory.append(UInt8(ascii: "/"))
        add(file)
    }

    /// Whether the entry called `name` is not mirrored, given that the directory is.
    package func isIgnored(_ name: Span<UInt8>, isDirectory: Bool) -> Bool {
        // The path is put together only where a pattern asks for it: most ask for the name alone.
        guard isAnchored else { return isIgnored(name, path: [], isDirectory: isDirectory) }
        var path = directory
        path.reserveCapacity(directory.count + name.count)
        for index in name.indices { path.append(name[index]) }
        return isIgnored(name, path: path, isDirectory: isDirectory)
    }

    private func isIgnored(_ name: Span<UInt8>, path: [UInt8], isDirectory: Bool) -> Bool {
        for applicable in files.reversed() {
            let path = applicable.file.isAnchored ? path.span.extracting(applicable.offset...) : path.span
            switch applicable.file.verdict(name: name, path: path, isDirectory: isDirectory) {
            case .ignored: return true
            case .included: return false
            case .undecided: continue
            }
        }
        return false
    }
}
