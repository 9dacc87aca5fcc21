// SPDX-License-Identifier: Apache-2.0

/// The sections, keys and values of one INI file, each with the place it stands at.
///
///     # a comment
///     [section]            ; a comment too: after white space, to the end of the line
///     key = value
///     [kind:name]
///     list = *.tmp "two words" "#in quotes, this is no comment"
///
/// The reader is strict: it takes UTF-8 (a byte order mark and CRLF are fine), one value a line, each section and each
/// key once. It goes on after a mistake, so that one reading finds them all.
package struct INIDocument: Sendable {
    /// Where something stands.
    package struct Place: Hashable, Sendable {
        /// The file's name, as it was given.
        package var file: String
        /// The line, counted from 1.
        package var line: Int
    }

    /// A key's value as it is written, without the white space and the comment around it; quotes are still there.
    package struct Value: Hashable, Sendable {
        /// The value as it was written.
        package var text: String
        /// Where it was written.
        package var place: Place
    }

    /// A section with what stands in it.
    package struct Section: Sendable {
        /// What stands between the brackets: `server`, `share:src`.
        package var name: String
        /// Where its header stands.
        package var place: Place
        /// The keys in the order of their first appearance.
        package var keys: [String] = []
        /// Each key's value.
        package var values: [String: Value] = [:]
    }

    /// The sections in the order of their first appearance.
    package private(set) var sections: [Section] = []
    /// What is wrong with the file, in the order of its lines.
    package private(set) var mistakes: [SettingsMistake] = []
    /// Where keys go: nil before the first header, and after one that can't be read.
    private var current: Int?
    private var hasHeader = false

    /// Reads a whole file. Never fails: what can't be read is in `mistakes`, everything else in `sections`.
    package init(reading file: SettingsFile) {
        let lines = Self.withoutByteOrderMark(file.bytes)
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            read(bytes, at: Place(file: file.name, line: index + 1))
        }
    }

    /// The section of that name, or nil.
    package func section(_ name: String) -> Section? {
        sections.first { $0.name == name }
    }

    /// Puts a drop-in on top: each key that it sets replaces the same key of the same section, as systemd.unit(5) tells.
    package mutating func override(with dropIn: INIDocument) {
        for section in dropIn.sections {
            let index = self.index(of: section.name, at: section.place)
            for key in section.keys {
                sections[index].set(key, section.values[key])
            }
        }
        mistakes += dropIn.mistakes
    }
}

extension INIDocument {
    private static func withoutByteOrderMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, at place: Place) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return report(place, "is not UTF-8 text", "save the file as UTF-8")
        }
        if text.utf8.contains(where: { ($0 < 0x20 && $0 != UInt8(ascii: "\t")) || $0 == 0x7F }) {
            return report(place, "holds a control character", "remove it")
        }
        let line = text.trimmed
        switch line.utf8.first {
        case nil, UInt8(ascii: "#"), UInt8(ascii: ";"): return
        case UInt8(ascii: "["): readHeader(line.withoutComment, at: place)
        default: readKey(line, at: place)
        }
    }

    private mutating func readHeader(_ line: Substring, at place: Place) {
        hasHeader = true
        current = nil
        guard line.utf8.last == UInt8(ascii: "]"), Self.isSectionName(line.dropFirst().dropLast()) else {
            return report(
                place, "\(SettingsMistake.shown(String(line))) is no section header",
                "write [name] or [kind:name], of letters, digits, '-', '_' and '.'")
        }
        let name = String(line.dropFirst().dropLast())
        if let earlier = section(name) {
            report(
                place, section: name, "the section stands in line \(earlier.place.line) already",
                "put its keys there")
        }
        current = index(of: name, at: place)
    }

    private mutating func readKey(_ line: Substring, at place: Place) {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts[0].trimmed
        guard parts.count == 2, !key.isEmpty, !key.contains(where: { " \t\"[]".contains($0) }) else {
            return report(
                place, section: current.map { sections[$0].name },
                "\(SettingsMistake.shown(String(line))) is no section, key or comment", "write key = value")
        }
        guard let current else {
            // A header that could not be read has been reported; its keys may well be right.
            if !hasHeader {
                report(place, key: String(key), "stands before the first section", "write [section] above")
            }
            return
        }
        let value = Value(text: String(parts[1].trimmed.withoutComment), place: place)
        if let earlier = sections[current].values[String(key)] {
            report(
                place, section: sections[current].name, key: String(key),
                "the key is set in line \(earlier.place.line) already", "keep one of the two")
        } else {
            sections[current].set(String(key), value)
        }
    }

    private mutating func report(
        _ place: Place, section: String? = nil, key: String? = nil, _ wrong: String, _ right: String
    ) {
        mistakes.append(
            SettingsMistake(
                file: place.file, line: place.line, section: section, key: key, wrong: wrong, right: right))
    }

    private mutating func index(of name: String, at place: Place) -> Int {
        if let index = sections.firstIndex(where: { $0.name == name }) { return index }
        sections.append(Section(name: name, place: place))
        return sections.count - 1
    }

    /// `name` or `kind:name`, of letters, digits, `-`, `_` and `.`.
    private static func isSectionName(_ name: Substring) -> Bool {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.unicodeScalars.allSatisfy { SettingsValue.isNameScalar($0) }
            }
    }
}

extension INIDocument.Section {
    fileprivate mutating func set(_ key: String, _ value: INIDocument.Value?) {
        if values[key] == nil { keys.append(key) }
        values[key] = value
    }
}
