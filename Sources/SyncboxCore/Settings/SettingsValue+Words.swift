// SPDX-License-Identifier: Apache-2.0

extension SettingsValue {
    /// The most words that one list may hold.
    package static let mostWords = IgnoreFile.mostPatterns

    /// A list of words with white space between them; empty for no text. A word between double quotes may hold spaces,
    /// `#` and `;`, and `\"` for a quote; every other backslash stays, quoted or not, since patterns use it themselves.
    package static func words(_ text: String) throws(Mistake) -> [String] {
        var words: [String] = []
        var rest = text.trimmed
        while let first = rest.first {
            words.append(try first == "\"" ? quotedWord(&rest) : plainWord(&rest))
            rest = rest.trimmed
        }
        guard words.count <= mostWords else {
            throw Mistake("has \(words.count) words", right: "at most \(mostWords) are possible")
        }
        return words
    }

    private static func plainWord(_ rest: inout Substring) -> String {
        let word = rest.prefix { $0 != " " && $0 != "\t" }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private static func quotedWord(_ rest: inout Substring) throws(Mistake) -> String {
        var word = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            if character == "\\", rest.first == "\"" {
                rest.removeFirst()
                word.append("\"")
            } else if character != "\"" {
                word.append(character)
            } else if let next = rest.first, next != " ", next != "\t" {
                throw Mistake("goes on right after a quote", right: "put a space behind the quoted word")
            } else if word.isEmpty {
                throw Mistake("holds an empty word", right: "remove the two quotes")
            } else {
                return word
            }
        }
        throw Mistake("holds a quote that is not closed", right: "close it with \"")
    }
}
