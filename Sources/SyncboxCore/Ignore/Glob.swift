// SPDX-License-Identifier: Apache-2.0

/// A shell pattern, ready to be compared with names or paths, byte by byte.
///
/// What is literal at both ends stands apart, so that most names are told off by a few bytes: `*.tmp` is no literal
/// start, one wildcard, and `.tmp` at the end.
struct Glob: Hashable, Sendable {
    /// One part of a pattern.
    enum Part: Hashable, Sendable {
        /// This byte.
        case byte(UInt8)
        /// `?`: one byte that is no slash.
        case anyByte
        /// `[...]`: one byte of the set, which holds no slash.
        case oneOf(ByteSet)
        /// `*`: any number of bytes that are no slashes.
        case anyName
        /// `**/`: any number of whole names, each with its slash.
        case anyDirectories
        /// `**` at the end: whatever follows.
        case anything
    }

    private let prefix: [UInt8]
    private let middle: [Part]
    private let suffix: [UInt8]

    /// Takes the parts of a pattern in their order; `.anything` is last, if it occurs.
    init(_ parts: [Part]) {
        prefix = parts.prefix { $0.literal != nil }.compactMap(\.literal)
        var middle = Array(parts.dropFirst(prefix.count))
        var literalEnd: [UInt8] = []
        while let literal = middle.last?.literal {
            literalEnd.append(literal)
            middle.removeLast()
        }
        self.middle = middle
        suffix = literalEnd.reversed()
    }

    /// Whether the whole of `text` is what the pattern describes. The work is at most the product of both lengths.
    func matches(_ text: Span<UInt8>) -> Bool {
        let end = text.count - suffix.count
        guard prefix.count <= end, !middle.isEmpty || prefix.count == end else { return false }
        for index in suffix.indices where text[end + index] != suffix[index] { return false }
        for index in prefix.indices where text[index] != prefix[index] { return false }
        return middle.isEmpty || Comparison.succeeds(of: text.extracting(prefix.count..<end), with: middle)
    }
}

/// A comparison under way, from left to right. Each star first takes as little as it can; where the comparison fails,
/// the last `*` takes one byte more, and where a slash or the end stops that one, the last `**/` takes a name more.
///
/// No other star needs to be tried again, which is what keeps the work small. `*` stays within one name, and which one
/// that is depends on the last `**/` alone: whatever an earlier `*` of the same name could reach, the later one can
/// too. `**/` may end behind any later slash: the earliest place where it can begin is as good as every other.
private struct Comparison {
    /// A place in the pattern and the place in the text that has been reached with it.
    private struct Place {
        var part = 0
        var byte = 0
    }

    private var place = Place()
    /// Behind the last `*`, and behind what it has taken so far.
    private var star: Place?
    /// Behind the last `**/`, and behind what it has taken so far.
    private var directories: Place?

    static func succeeds(of text: Span<UInt8>, with parts: [Glob.Part]) -> Bool {
        var comparison = Comparison()
        while comparison.place.part < parts.count || comparison.place.byte < text.count {
            guard comparison.advance(in: text, with: parts) || comparison.resume(in: text) else { return false }
        }
        return true
    }

    /// Takes the next part of the pattern; false where the text does not have it.
    private mutating func advance(in text: Span<UInt8>, with parts: [Glob.Part]) -> Bool {
        guard place.part < parts.count else { return false }
        let part = parts[place.part]
        switch part {
        case .byte, .anyByte, .oneOf:
            guard place.byte < text.count, part.takes(text[place.byte]) else { return false }
            place.byte += 1
            place.part += 1
        case .anyName:
            place.part += 1
            star = place
        case .anyDirectories:
            place.part += 1
            directories = place
            star = nil
        case .anything:
            place = Place(part: parts.count, byte: text.count)
        }
        return true
    }

    /// Lets the last star that can take more, and goes on behind it; false where none can.
    private mutating func resume(in text: Span<UInt8>) -> Bool {
        if var longer = star, longer.byte < text.count, text[longer.byte] != UInt8(ascii: "/") {
            longer.byte += 1
            star = longer
            place = longer
            return true
        }
        star = nil
        guard var longer = directories else { return false }
        while longer.byte < text.count {
            longer.byte += 1
            guard text[longer.byte - 1] == UInt8(ascii: "/") else { continue }
            directories = longer
            place = longer
            return true
        }
        return false
    }
}

extension Glob.Part {
    /// The one byte that it stands for; nil where others would do too.
    fileprivate var literal: UInt8? {
        if case .byte(let byte) = self { byte } else { nil }
    }

    /// Whether it takes `byte`, alone.
    fileprivate func takes(_ byte: UInt8) -> Bool {
        switch self {
        case .byte(let literal): byte == literal
        case .anyByte: byte != UInt8(ascii: "/")
        case .oneOf(let set): set.contains(byte)
        case .anyName, .anyDirectories, .anything: false
        }
    }
}
