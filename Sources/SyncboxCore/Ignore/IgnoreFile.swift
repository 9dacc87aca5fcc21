// SPDX-License-Identifier: Apache-2.0

/// The patterns of one ignore file, in their order: gitignore(5) in a file of another name.
package struct IgnoreFile: Hashable, Sendable {
    /// The longest file that is read, in bytes.
    package static let longestFile = 1 << 20
    /// The longest line of a file, in bytes: as long as the longest path.
    package static let longestLine = 4096
    /// The most patterns of a file.
    package static let mostPatterns = 10_000

    /// What a file says about an entry.
    enum Verdict {
        case ignored, included
        /// No pattern is about the entry: whoever has less say decides.
        case undecided
    }

    /// Says nothing about any entry.
    package static let empty = IgnoreFile(patterns: [])

    private let patterns: [IgnorePattern]
    /// Whether a pattern needs the path, not the name alone.
    let isAnchored: Bool

    private init(patterns: [IgnorePattern]) {
        self.patterns = patterns
        isAnchored = patterns.contains { $0.isAnchored }
    }

    /// Takes the content of a file: lines of any bytes, a pattern each. As in git a byte order mark and carriage
    /// returns at the ends of lines are passed over, and so is a pattern that breaks off (`[a-`). Throws where a limit
    /// is passed: half a file would ignore the wrong things.
    package init(_ content: some Collection<UInt8>) throws(IgnoreFileError) {
        guard content.count <= Self.longestFile else { throw .fileTooLong(content.count) }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = Array(content.starts(with: byteOrderMark) ? content.dropFirst(byteOrderMark.count) : content[...])
        var patterns: [IgnorePattern] = []
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard line.count <= Self.longestLine else { throw .lineTooLong(line: number, length: line.count) }
            if let pattern = IgnorePattern(line: line) { patterns.append(pattern) }
            guard patterns.count <= Self.mostPatterns else { throw .tooManyPatterns(line: number) }
        }
        self.init(patterns: patterns)
    }

    /// What the last pattern says that is about the entry called `name`, at `path` as seen from the file's directory.
    /// `path` may be empty where `isAnchored` is false.
    func verdict(name: Span<UInt8>, path: Span<UInt8>, isDirectory: Bool) -> Verdict {
        var index = patterns.count
        while index > 0 {
            index -= 1
            if patterns[index].matches(name: name, path: path, isDirectory: isDirectory) {
                return patterns[index].isNegated ? .included : .ignored
            }
        }
        return .undecided
    }
}

/// Why an ignore file is not used.
package enum IgnoreFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The length found, in bytes.
    case fileTooLong(Int)
    /// The line's number, from 1, and its length in bytes.
    case lineTooLong(line: Int, length: Int)
    /// The number of the line that is one too many, from 1.
    case tooManyPatterns(line: Int)

    package var description: String {
        switch self {
        case .fileTooLong(let length):
            "the ignore file is \(length) bytes long; \(IgnoreFile.longestFile) are possible"
        case .lineTooLong(let line, let length):
            "line \(line) of the ignore file is \(length) bytes long; \(IgnoreFile.longestLine) are possible"
        case .tooManyPatterns(let line):
            "the ignore file has more than \(IgnoreFile.mostPatterns) patterns, from line \(line) on"
        }
    }
}
