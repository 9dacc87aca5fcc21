// SPDX-License-Identifier: Apache-2.0

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
