// SPDX-License-Identifier: Apache-2.0
import SyncboxCore

/// A tree with ignore files in it, the same for the same seed. Names are short and full of special bytes, and most
/// patterns are made from a path of the tree, so that many match.
struct RandomTree {
    private static let pieces = [
        "a", "b", "ab", "aa", "c", ".", "-", " ", "!", "#", "[", "]", "^", "\\", "*", "?", ":", "{", "\u{FF}",
        "\u{C3}\u{A9}",
        "\n", "\t", "\r", "A", "0", ".tmp",
    ].map(latin1)

    private var random: SplitMix
    /// The paths, each with whether it is a directory.
    private(set) var entries: [RelativePath: Bool] = [.root: true]
    /// The content of the ignore files, by directory.
    private(set) var files: [RelativePath: [UInt8]] = [:]
    /// The content of the file with the least say.
    private(set) var base: [UInt8] = []

    init(seed: UInt64) throws {
        random = SplitMix(seed: seed)
        for _ in 0..<Int.random(in: 5...60, using: &random) { try addEntry() }
        if chance(0.5) { base = content(for: .root) }
        for directory in directories where chance(directory.isRoot ? 0.9 : 0.3) {
            files[directory] = content(for: directory)
        }
    }

    private var directories: [RelativePath] { entries.filter(\.value).map(\.key).sorted() }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    // MARK: Entries

    private mutating func addEntry() throws {
        let name = (0..<Int.random(in: 1...3, using: &random)).flatMap { _ in pick(Self.pieces) }
        guard name != [0x2E], name != [0x2E, 0x2E] else { return }
        let path = try pick(directories).appending(name)
        if path.depth <= 5, entries[path] == nil { entries[path] = chance(0.5) }
    }

    // MARK: Patterns

    private mutating func content(for directory: RelativePath) -> [UInt8] {
        let below = entries.keys.filter { $0.isBelow(directory) }.sorted()
        var content: [UInt8] = chance(0.05) ? [0xEF, 0xBB, 0xBF] : []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            content += below.isEmpty || chance(0.2) ? noise() : pattern(from: pick(below), in: directory)
            content += latin1(pick(["\n", "\n", "\n", "\r\n", " \n", "  \r\n", "\\ \n", "\t\n", ""]))
        }
        return content
    }

    /// Special bytes in any order.
    private mutating func noise() -> [UInt8] {
        let parts = [
            "*", "**", "?", "[", "]", "!", "^", "-", "\\", "/", "/", "a", "b", ".", "#", " ", ":", "[:alpha:]", "**/",
        ]
        return (0..<Int.random(in: 1...8, using: &random)).flatMap { _ in latin1(pick(parts)) }
    }

    /// A pattern that would match `path` but for some accidents.
    private mutating func pattern(from path: RelativePath, in directory: RelativePath) -> [UInt8] {
        var names = path.components.dropFirst(directory.depth).map { blurred(Array($0)) }
        if chance(0.5) { names = names.suffix(1) }
        for _ in 0..<2 where chance(0.3) {
            let index = Int.random(in: names.indices, using: &random)
            names[index] = latin1(pick(["*", "**", "***", "?*"]))
        }
        if chance(0.2) { names.insert(latin1("**"), at: Int.random(in: 0...names.count, using: &random)) }
        let start = latin1(pick(["", "", "", "!", "/", "!/", "**/", "\\"]))
        return start + names.joined(separator: [UInt8(ascii: "/")])
            + latin1(pick(["", "", "", "/", "/*", "/**", "**", "*"]))
    }

    /// `name` with some bytes escaped, and others become stars or brackets.
    private mutating func blurred(_ name: [UInt8]) -> [UInt8] {
        var pattern: [UInt8] = []
        for byte in name {
            let isSpecial = latin1("\\*?[ #!").contains(byte)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: pattern += latin1("?")
            case 1: pattern += latin1("*")
            case 2: pattern += latin1("**")
            case 3: break
            case 4: pattern += latin1("[") + [byte] + latin1("x]")
            case 5: pattern += latin1("[") + [byte &- 1] + latin1("-") + [byte] + latin1("]")
            case 6: pattern += latin1(pick(["[!x]", "[^x]", "[!"])) + [byte] + latin1("]")
            case 7: pattern += latin1("[[:\(pick(["alnum", "punct", "print", "space", "lower", "bogus"])):]]")
            case 8: pattern += latin1("[\\") + [byte] + latin1("]")
            default: pattern += isSpecial && chance(0.8) ? [UInt8(ascii: "\\"), byte] : [byte]
            }
        }
        return pattern
    }
}
