// SPDX-License-Identifier: Apache-2.0

/// One line of an ignore file that says something (gitignore(5), "Pattern format").
struct IgnorePattern: Hashable, Sendable {
    /// Whether the line began with `!`: what it matches is not ignored, whatever earlier lines say.
    let isNegated: Bool
    /// Whether the pattern holds a slash before its end, and is compared with the path from the file's directory on.
    /// Any other is compared with the name alone, in every directory below.
    let isAnchored: Bool
    /// Whether the line ended with a slash: it matches directories, and nothing else.
    private let isForDirectories: Bool
    private let glob: Glob

    /// Takes a line without its line feed; nil for a comment, and for what can match nothing: a blank line, or a
    /// pattern that breaks off.
    init?(line: some BidirectionalCollection<UInt8>) {
        guard line.first != UInt8(ascii: "#") else { return nil }
        var pattern = Self.trimmed(line)[...]
        isNegated = pattern.first == UInt8(ascii: "!")
        if isNegated { pattern.removeFirst() }
        isForDirectories = pattern.last == UInt8(ascii: "/")
        if isForDirectories { pattern.removeLast() }
        isAnchored = pattern.contains(UInt8(ascii: "/"))
        if isAnchored, pattern.first == UInt8(ascii: "/") { pattern.removeFirst() }
        guard !pattern.isEmpty, let glob = GlobParser.glob(pattern, for: isAnchored ? .path : .name) else { return nil }
        self.glob = glob
    }

    /// What git reads of a line: up to its carriage return or the first NUL, without the spaces at the end that no
    /// backslash protects. Tabs stay.
    private static func trimmed(_ line: some BidirectionalCollection<UInt8>) -> [UInt8] {
        let end = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
        var kept: [UInt8] = []
        var length = 0
        var isEscaped = false
        for byte in end.prefix(while: { $0 != 0 }) {
            kept.append(byte)
            if isEscaped || byte != UInt8(ascii: " ") { length = kept.count }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return Array(kept[..<length])
    }

    /// Whether the pattern is about an entry called `name`, at `path` as seen from the file's directory.
    func matches(name: Span<UInt8>, path: Span<UInt8>, isDirectory: Bool) -> Bool {
        (isDirectory || !isForDirectories) && glob.matches(isAnchored ? path : name)
    }
}
