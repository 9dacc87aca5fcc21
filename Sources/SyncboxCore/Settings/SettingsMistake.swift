// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong in the settings: where it stands, what is wrong, and what would be right.
package struct SettingsMistake: Hashable, Sendable, CustomStringConvertible {
    /// The longest value that is repeated in a message, in characters; a longer one is cut.
    package static let longestShownValue = 200

    /// The file's name, as it was given.
    package var file: String
    /// The line, counted from 1; nil where the mistake belongs to the whole file.
    package var line: Int?
    /// The section without its brackets, `share:src`; nil before the first one.
    package var section: String?
    /// The key; nil where the mistake is no key's.
    package var key: String?
    /// The value as it was written; nil where there is none, and where it may be a secret.
    package var value: String?
    /// What is wrong with it.
    package var wrong: String
    /// What would be right.
    package var right: String

    package init(
        file: String, line: Int? = nil, section: String? = nil, key: String? = nil, value: String? = nil,
        wrong: String, right: String
    ) {
        self.file = file
        self.line = line
        self.section = section
        self.key = key
        self.value = value
        self.wrong = wrong
        self.right = right
    }

    /// `file:line: [section] key = value: what is wrong; what would be right`, on one line whatever the file holds.
    package var description: String {
        var subject: [String] = []
        if let section { subject.append("[\(Self.shown(section))]") }
        if let key { subject.append(Self.shown(key)) }
        if let value { subject.append("= \(Self.shown(value))") }
        let place = PrintableBytes.text(file.utf8) + (line.map { ":\($0)" } ?? "")
        return ([place] + (subject.isEmpty ? [] : [subject.joined(separator: " ")]) + ["\(wrong); \(right)"])
            .joined(separator: ": ")
    }

    /// Text from a file, made safe to print: short, on one line, and without a key's secret that got into the wrong place.
    static func shown(_ text: String) -> String {
        let open = text.firstRange(of: KeySecret.prefix).flatMap { prefix in
            text[prefix.upperBound...].prefix(while: \.isHexDigit).count >= KeySecret.lengths.lowerBound
                ? text[..<prefix.upperBound] : nil
        }
        let short = (open ?? text[...]).prefix(longestShownValue)
        return PrintableBytes.text(short.utf8) + (short.utf8.count < text.utf8.count ? "…" : "")
    }
}

/// All that is wrong in one set of settings files, in the order of the files and their lines. Never empty.
package struct SettingsMistakes: Error, Hashable, Sendable, CustomStringConvertible {
    /// The mistakes; at least one.
    package let all: [SettingsMistake]

    /// All mistakes of one reading, which are not none.
    package init(_ all: [SettingsMistake]) {
        precondition(!all.isEmpty, "settings without a mistake are no error")
        self.all = all
    }

    /// One mistake a line.
    package var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
