// SPDX-License-Identifier: Apache-2.0

/// Every type and every `package` declaration in Sources says what it promises, or what it is `ToldElsewhere`.
enum DocumentationRule {
    private static let types: Set = ["struct", "class", "enum", "actor", "protocol"]
    private static let members: Set = ["func", "var", "let", "init", "subscript", "typealias", "case", "macro"]
    private static let modifiers: Set = [
        "package", "private", "fileprivate", "internal", "public", "final", "indirect", "static", "mutating",
        "nonmutating",
        "nonisolated", "lazy", "weak", "unowned", "override", "required", "convenience", "consuming", "borrowing",
        "distributed", "isolated",
    ]

    static func violations(in file: HouseFile) -> [Violation] {
        guard file.suffix == "swift", file.target != nil else { return [] }
        return file.code.indices.compactMap { index in
            guard let declaration = declaration(in: file.code[index]) else { return nil }
            guard !isDocumented(index, in: file), !ToldElsewhere.covers(declaration, at: index, in: file) else {
                return nil
            }
            return Violation(file, line: index, "'\(declaration)' has no documentation comment")
        }
    }

    /// The keyword and what follows, where a type or a `package` member is declared.
    private static func declaration(in line: String) -> String? {
        var rest = line[...]
        var isPackage = false
        while let word = firstWord(of: &rest) {
            if types.contains(word), !rest.isEmpty, !isMember(rest) { return "\(word) \(rest)" }
            if members.contains(word) { return isPackage ? "\(word)\(word == "init" ? "" : " ")\(rest)" : nil }
            guard modifiers.contains(word) || word.hasPrefix("@") else { return nil }
            isPackage = isPackage || word == "package"
        }
        return nil
    }

    /// Whether `class` is a modifier here: `class func`.
    private static func isMember(_ rest: Substring) -> Bool {
        members.contains(String(rest.prefix { $0.isLetter }))
    }

    /// Takes the first word, with what parentheses follow a modifier (`private(set)`, `@available(...)`).
    private static func firstWord(of line: inout Substring) -> String? {
        line = line.drop { $0 == " " }
        let word = line.prefix { $0.isLetter || $0 == "@" || $0 == "_" }
        guard !word.isEmpty else { return nil }
        line = line.dropFirst(word.count)
        if !members.contains(String(word)), line.first == "(" {
            line = line[(line.firstIndex(of: ")") ?? line.startIndex)...].dropFirst()
        }
        line = line.drop { $0 == " " }
        return String(word)
    }

    /// Whether the comment above holds a line for readers, among others perhaps, before the attributes.
    private static func isDocumented(_ index: Int, in file: HouseFile) -> Bool {
        let above = file.lines[..<index].reversed().map { $0.drop { $0 == " " } }
        return above.drop { $0.hasPrefix("@") }.prefix { $0.hasPrefix("//") }.contains { $0.hasPrefix("///") }
    }
}
