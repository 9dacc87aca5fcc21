// SPDX-License-Identifier: Apache-2.0

/// Tells Swift's code from its prose, well enough to look for words in it. Regular expression literals are taken for
/// code, so one that holds a quote would confuse it; the house has none.
struct SwiftCode {
    private let input: [UInt8]
    private var output: [UInt8]
    private var index = 0

    private init(_ text: String) {
        input = Array(text.utf8)
        output = input
    }

    /// `text` with a space for every byte of a comment and of a string literal between its quotes. Lines stay, and so
    /// does what is interpolated, since that is code.
    static func withoutProse(_ text: String) -> String {
        var reader = SwiftCode(text)
        while reader.index < reader.input.count { reader.readCode() }
        return String(decoding: reader.output, as: UTF8.self)
    }

    /// Reads code up to the end, or up to the parenthesis that closes an interpolation.
    private mutating func readCode() {
        var depth = 0
        while index < input.count {
            if has("//") {
                while index < input.count, !has("\n") { blank() }
            } else if has("/*") {
                readBlockComment()
            } else if let hashes = hashesOfString() {
                readString(hashes: hashes)
            } else {
                if has("(") { depth += 1 }
                if has(")") { depth -= 1 }
                if depth < 0 { return }
                index += 1
            }
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if has("/*") { depth += 1 }
            if has("*/") { depth -= 1 }
            blank(has("/*") || has("*/") ? 2 : 1)
        } while depth > 0 && index < input.count
    }

    /// How many `#` stand before the quote of a string that begins here; nil where none begins.
    private func hashesOfString() -> Int? {
        var end = index
        while end < input.count, input[end] == UInt8(ascii: "#") { end += 1 }
        return end < input.count && input[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func readString(hashes: Int) {
        index += hashes
        let quotes = has("\"\"\"") ? "\"\"\"" : "\""
        let closing = quotes + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        index += quotes.utf8.count
        while index < input.count, !has(closing) {
            if has(escape + "(") {
                index += escape.utf8.count + 1
                readCode()
                index += 1
            } else if has(escape) {
                blank(escape.utf8.count + 1)
            } else {
                blank()
            }
        }
        index += closing.utf8.count
    }

    private func has(_ text: String) -> Bool {
        input[min(index, input.count)...].starts(with: text.utf8)
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where index < input.count {
            if input[index] != UInt8(ascii: "\n") { output[index] = UInt8(ascii: " ") }
            index += 1
        }
    }
}
