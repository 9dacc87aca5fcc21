// SPDX-License-Identifier: Apache-2.0

/// From a value's text to what it means. Each function takes the text as it is written in the file, and throws what is
/// wrong with it and what would be right.
package enum SettingsValue {
    /// The longest name of a share or a key, in characters.
    package static let longestName = 64
    /// The longest path, in bytes: PATH_MAX less its NUL.
    package static let longestPath = RelativePath.longestPath

    /// What is wrong with a value, before anyone knows where it stands.
    package struct Mistake: Error, Hashable, Sendable {
        /// What is wrong with the value.
        package var wrong: String
        /// What would be right.
        package var right: String

        /// A mistake, and how to mend it.
        package init(_ wrong: String, right: String) {
            self.wrong = wrong
            self.right = right
        }
    }

    /// One text: as it stands, or between double quotes. Not empty.
    package static func text(_ text: String) throws(Mistake) -> String {
        if text.first == "\"" {
            let words = try Self.words(text)
            guard words.count == 1 else {
                throw Mistake("is more than one text", right: "put it into one pair of quotes")
            }
            return words[0]
        }
        if text.isEmpty { throw Mistake("has no value", right: "write one, or remove the line for the default") }
        return text
    }

    /// A whole number in decimal digits, within `range`.
    package static func number(_ text: String, in range: ClosedRange<Int>) throws(Mistake) -> Int {
        let right = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard !text.isEmpty, text.utf8.allSatisfy(isDigit) else { throw Mistake("is no whole number", right: right) }
        guard let number = Int(text), range.contains(number) else { throw Mistake("is out of range", right: right) }
        return number
    }

    /// A percentage as a whole number, with or without a `%` behind it, within `range`.
    package static func percentage(_ text: String, in range: ClosedRange<Int> = 0...100) throws(Mistake) -> Int {
        try number(text.last == "%" ? String(text.dropLast()) : text, in: range)
    }

    /// One of an enumeration's words, which are its raw values.
    package static func choice<Choice>(_ text: String) throws(Mistake) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        if let choice = Choice(rawValue: text) { return choice }
        throw Mistake("is not known", right: "write \(Choice.allCases.map(\.rawValue).alternatives)")
    }

    /// A list of an enumeration's words, each at most once and at least one.
    package static func choices<Choice>(_ text: String) throws(Mistake) -> Set<Choice>
    where Choice: RawRepresentable<String> & CaseIterable {
        let words = try Self.words(text)
        let right = "write one or more of \(Choice.allCases.map(\.rawValue).joined(separator: " "))"
        guard !words.isEmpty else { throw Mistake("has no value", right: right) }
        var choices: Set<Choice> = []
        for word in words {
            guard let choice = Choice(rawValue: word) else {
                throw Mistake("'\(SettingsMistake.shown(word))' is not known", right: right)
            }
            guard choices.insert(choice).inserted else { throw Mistake("'\(word)' stands twice", right: right) }
        }
        return choices
    }

    /// The name of a share or a key: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII, not starting with a dot, so
    /// that it is one component of a URL and of a path as it stands.
    package static func name(_ text: String) throws(Mistake) -> String {
        let right = "use 1 to \(longestName) letters, digits, '-', '_' and '.', not starting with '.'"
        guard text.unicodeScalars.allSatisfy(isNameScalar) else {
            throw Mistake("holds a character that a name must not have", right: right)
        }
        guard (1...longestName).contains(text.utf8.count) else {
            throw Mistake("is \(text.utf8.count) characters long", right: right)
        }
        guard text.first != "." else { throw Mistake("starts with a dot", right: right) }
        return text
    }

    /// An absolute path, without `//`, `.` and a slash at the end; `..` is refused, since a symbolic link would make it
    /// mean something else than it shows.
    package static func absolutePath(_ text: String) throws(Mistake) -> String {
        let text = try Self.text(text)
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw Mistake("is no absolute path", right: "start it with '/'")
        }
        guard text.utf8.count <= longestPath else {
            throw Mistake("is \(text.utf8.count) bytes long", right: "at most \(longestPath) are possible")
        }
        let names = text.utf8.split(separator: UInt8(ascii: "/")).compactMap { String($0) }.filter { $0 != "." }
        guard !names.contains("..") else { throw Mistake("holds '..'", right: "write the path that it leads to") }
        guard names.allSatisfy({ $0.utf8.count <= RelativePath.longestName }) else {
            throw Mistake(
                "holds a name that is too long", right: "at most \(RelativePath.longestName) bytes are possible")
        }
        return "/" + names.joined(separator: "/")
    }

    /// An absolute path, or nothing.
    package static func absolutePathOrNone(_ text: String) throws(Mistake) -> String? {
        text.isEmpty ? nil : try absolutePath(text)
    }

    static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || isDigit(UInt8(scalar.value)) || "-_.".unicodeScalars.contains(scalar))
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`.
    var alternatives: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}
