// SPDX-License-Identifier: Apache-2.0

/// A file of the repository, or what a test takes for one.
struct HouseFile: Sendable {
    /// From the top of the repository on.
    let path: String
    /// The lines as they stand.
    let lines: [String]
    /// The same lines with spaces in place of comments and of the text of string literals; Swift only.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = Self.lines(of: text)
        code = path.hasSuffix(".swift") ? Self.lines(of: SwiftCode.withoutProse(text)) : []
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The name of the file.
    var name: String { String(path.split(separator: "/").last ?? "") }

    /// The target whose source this is; nil elsewhere.
    var target: String? {
        let names = path.split(separator: "/")
        return names.first == "Sources" && names.count > 2 ? String(names[1]) : nil
    }

    /// What comes after the last dot of the name; empty without one.
    var suffix: String { name.contains(".") ? String(name.split(separator: ".").last ?? "") : "" }
}

/// A place where a rule is not kept.
struct Violation: Hashable, Sendable, CustomStringConvertible {
    let path: String
    /// From 1 on; 0 where the whole file is meant.
    let line: Int
    let message: String

    init(_ file: HouseFile, line index: Int? = nil, _ message: String) {
        (path, line, self.message) = (file.path, index.map { $0 + 1 } ?? 0, message)
    }

    var description: String { "\(path):\(line): \(message)" }
}
