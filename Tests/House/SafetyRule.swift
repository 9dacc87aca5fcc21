// SPDX-License-Identifier: Apache-2.0

/// Nothing is forced, and what the compiler can't check about concurrency is explained.
enum SafetyRule {
    static func violations(in file: HouseFile) -> [Violation] {
        guard file.suffix == "swift" else { return [] }
        return file.code.indices.flatMap { index in
            var found: [Violation] = []
            if isForced(file.code[index]) { found.append(Violation(file, line: index, "something is forced with '!'")) }
            for word in unchecked where file.code[index].contains(word) && !isExplained(index, in: file) {
                found.append(Violation(file, line: index, "a comment above must say what protects \(word)"))
            }
            return found
        }
    }

    private static let unchecked = ["@unchecked", "nonisolated(unsafe)", "unowned(unsafe)", "@unsafe"]

    /// Whether an exclamation mark follows a value, a type, `try` or `as`, without being part of `!=`.
    private static func isForced(_ line: String) -> Bool {
        let characters = Array(line)
        return characters.indices.dropFirst().contains { index in
            guard characters[index] == "!" else { return false }
            let before = characters[index - 1]
            let isPostfix = before.isLetter || before.isNumber || "_)]}>\"`?".contains(before)
            return isPostfix && (index + 1 == characters.count || characters[index + 1] != "=")
        }
    }

    /// Whether the comment directly above says what protects the thing.
    private static func isExplained(_ index: Int, in file: HouseFile) -> Bool {
        let above = file.lines[..<index].reversed().map { $0.drop { $0 == " " } }
        let comment = above.drop { $0.hasPrefix("@") }.prefix { $0.hasPrefix("//") }
        return comment.contains { $0.lowercased().contains("protect") }
    }
}
