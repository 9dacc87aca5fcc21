// SPDX-License-Identifier: Apache-2.0

/// Files and functions stay short enough to be held in mind.
enum LengthRule {
    static let longestFile = 400
    static let longestFunction = 60

    static func violations(in file: HouseFile) -> [Violation] {
        var found: [Violation] = []
        if file.lines.count > longestFile {
            found.append(Violation(file, "\(file.lines.count) lines; \(longestFile) are the limit"))
        }
        guard file.target != nil else { return found }
        for function in functions(in: file) where function.lines.count > longestFunction {
            let count = function.lines.count
            found.append(
                Violation(
                    file, line: function.lines.lowerBound,
                    "\(function.name) has \(count) lines; \(longestFunction) are the limit"))
        }
        return found
    }

    /// The functions, initializers, subscripts and computed properties that have a body, from their first line to the
    /// brace that ends it.
    static func functions(in file: HouseFile) -> [(name: String, lines: Range<Int>)] {
        let tokens = file.code.enumerated().flatMap { index, line in Token.tokens(of: line, index: index) }
        return tokens.indices.compactMap { start in
            guard isDeclaration(at: start, of: tokens), let body = body(after: start, of: tokens) else { return nil }
            var depth = 0
            for token in tokens[body...] {
                if token.text == "{" { depth += 1 }
                if token.text == "}" { depth -= 1 }
                if depth == 0 {
                    let name = start + 1 < tokens.count ? tokens[start + 1].text : ""
                    return ("\(tokens[start].text) \(name)", tokens[start].line..<(token.line + 1))
                }
            }
            return nil
        }
    }

    private static func isDeclaration(at index: Int, of tokens: [Token]) -> Bool {
        guard ["func", "init", "deinit", "subscript", "var"].contains(tokens[index].text) else { return false }
        // `.init` is a use; so is `init` at the start of an argument.
        return index == 0 || ![".", "(", ",", "`"].contains(tokens[index - 1].text)
    }

    /// Where the brace stands that opens the body of a declaration; nil for one without a body.
    private static func body(after start: Int, of tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[(start + 1)...] {
            let text = tokens[index].text
            if depth == 0, text == "{" { return index }
            if depth == 0, text == "}" || text == "=" || text == ";" || Token.declarations.contains(text) { return nil }
            if text == "(" || text == "[" { depth += 1 }
            if text == ")" || text == "]" { depth -= 1 }
            if depth < 0 { return nil }
        }
        return nil
    }
}

/// A word or a punctuation mark of Swift.
private struct Token {
    let text: String
    let line: Int

    /// What can only begin another declaration.
    static let declarations: Set = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum", "actor", "protocol",
        "extension", "typealias", "associatedtype", "import",
    ]

    static func tokens(of line: String, index: Int) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        for character in line + " " {
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
                continue
            }
            if !word.isEmpty { tokens.append(Token(text: word, line: index)) }
            word = ""
            if !character.isWhitespace { tokens.append(Token(text: String(character), line: index)) }
        }
        return tokens
    }
}
