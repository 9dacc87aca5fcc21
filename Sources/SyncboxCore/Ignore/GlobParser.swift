// SPDX-License-Identifier: Apache-2.0

/// Reads a shell pattern as git's wildmatch does: `*`, `?`, `[...]`, `\`, and `**` between slashes.
struct GlobParser {
    /// What a pattern is compared with.
    enum Subject {
        /// One name. No slash occurs, so `**` is no more than `*`.
        case name
        /// A path of any number of names.
        case path
    }

    private let pattern: [UInt8]
    private let subject: Subject
    private var index = 0

    private init(_ pattern: [UInt8], for subject: Subject) {
        self.pattern = pattern
        self.subject = subject
    }

    /// Takes a pattern without its `!` and its trailing slash; nil where nothing could match it: it ends in the middle
    /// of a bracket expression or with a single backslash, or holds a class such as `[:foo:]`.
    static func glob(_ pattern: some Sequence<UInt8>, for subject: Subject) -> Glob? {
        var parser = GlobParser(Array(pattern), for: subject)
        var parts: [Glob.Part] = []
        while let byte = parser.next() {
            guard let found = parser.parts(startingWith: byte) else { return nil }
            parts += found
        }
        return Glob(parts)
    }

    private mutating func parts(startingWith byte: UInt8) -> [Glob.Part]? {
        switch byte {
        case UInt8(ascii: "\\"): next().map { [.byte($0)] }
        case UInt8(ascii: "?"): [.anyByte]
        case UInt8(ascii: "["): bracketExpression().map { [.oneOf($0)] }
        case UInt8(ascii: "*"): stars()
        default: [.byte(byte)]
        }
    }

    // MARK: Stars

    /// Reads the other stars of a run whose first one has been taken.
    ///
    /// Two and more mean directories only where they stand for whole names (gitignore(5)). One thing is git's practice
    /// and not its manual's: it compares the literal start of a pattern first and reads what follows by itself, so the
    /// first stars of `a/b**` and `a/b**/c` begin a name in its eyes: `a/b**/c` has `a/bc` and `a/bx/y/c`.
    private mutating func stars() -> [Glob.Part] {
        let start = index - 1
        while peek() == UInt8(ascii: "*") { index += 1 }
        let isSeveral = index - start > 1
        let beginsName = start == literalLength || pattern[start - 1] == UInt8(ascii: "/")
        guard subject == .path, isSeveral, beginsName else { return [.anyName] }
        switch (peek(), peek(1)) {
        case (nil, _):
            return [.anything]
        case (UInt8(ascii: "/"), _):
            index += 1
            return [.anyDirectories]
        case (UInt8(ascii: "\\"), UInt8(ascii: "/")):
            // Before an escaped slash git wants at least one name.
            index += 2
            return [.anyName, .byte(UInt8(ascii: "/")), .anyDirectories]
        default:
            return [.anyName]
        }
    }

    /// How many bytes stand before the first special one.
    private var literalLength: Int {
        pattern.firstIndex { "*?[\\".utf8.contains($0) } ?? pattern.count
    }

    // MARK: Bracket expressions

    /// Reads a bracket expression whose `[` has been taken: single bytes, ranges, POSIX classes, all of them negated
    /// by `!` or `^`. `]` is a member if it is the first. Nil where the expression never ends.
    private mutating func bracketExpression() -> ByteSet? {
        var set = ByteSet()
        let isNegated = peek() == UInt8(ascii: "!") || peek() == UInt8(ascii: "^")
        if isNegated { index += 1 }
        let first = index
        // The byte that a following `-` makes the start of a range.
        var low: UInt8?
        while let byte = next() {
            if byte == UInt8(ascii: "]"), index - 1 > first {
                if isNegated { set.invert() }
                set.remove(UInt8(ascii: "/"))
                return set
            }
            guard let member = member(startingWith: byte, low: low) else { return nil }
            set.formUnion(member.set)
            low = member.low
        }
        return nil
    }

    /// Reads one member of a bracket expression, and what may be the low end of a range; nil where it never ends.
    private mutating func member(startingWith byte: UInt8, low: UInt8?) -> (set: ByteSet, low: UInt8?)? {
        switch (byte, peek()) {
        case (UInt8(ascii: "\\"), _):
            return next().map { (ByteSet($0...$0), $0) }
        case (UInt8(ascii: "-"), .some(let high)) where low != nil && high != UInt8(ascii: "]"):
            index += 1
            guard let low, let high = high == UInt8(ascii: "\\") ? next() : high else { return nil }
            return (low <= high ? ByteSet(low...high) : ByteSet(), nil)
        case (UInt8(ascii: "["), UInt8(ascii: ":")):
            return classOrBracket()
        default:
            return (ByteSet(byte...byte), byte)
        }
    }

    /// Reads a POSIX class whose `[` has been taken. What does not end with `:]` is no class, and the `[` a member.
    private mutating func classOrBracket() -> (set: ByteSet, low: UInt8?)? {
        let bracket = UInt8(ascii: "[")
        guard let end = pattern[(index + 1)...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
        guard end > index + 1, pattern[end - 1] == UInt8(ascii: ":") else {
            return (ByteSet(bracket...bracket), bracket)
        }
        let name = pattern[(index + 1)..<(end - 1)]
        index = end + 1
        return ByteSet(posixClass: name).map { ($0, nil) }
    }

    // MARK: Bytes

    private func peek(_ offset: Int = 0) -> UInt8? {
        index + offset < pattern.count ? pattern[index + offset] : nil
    }

    private mutating func next() -> UInt8? {
        guard let byte = peek() else { return nil }
        index += 1
        return byte
    }
}
