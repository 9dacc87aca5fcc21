// SPDX-License-Identifier: Apache-2.0

extension SettingsFile {
    /// The file without a section, everything else as it is to the byte; nil where it has no such section. What stands before
    /// the next header, comments and empty lines, is taken for that one's.
    package func removing(section name: String) -> SettingsFile? {
        let sections = INIDocument(reading: self).sections
        guard let header = sections.first(where: { $0.name == name })?.place.line else { return nil }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let next = sections.map(\.place.line).filter { $0 > header }.min()
        var end = next.map { $0 - 1 } ?? lines.count
        if next != nil {
            while end > header, Self.saysNothing(lines[end - 1]) { end -= 1 }
        } else if lines.last?.isEmpty == true {
            // The end of the last line stays one.
            end -= 1
        }
        lines.removeSubrange((header - 1)..<end)
        return SettingsFile(name: self.name, bytes: lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    /// Whether any section is left.
    package var hasSections: Bool { !INIDocument(reading: self).sections.isEmpty }

    /// Whether a line is empty, or a comment.
    private static func saysNothing(_ line: some Collection<UInt8>) -> Bool {
        guard let first = line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
            return true
        }
        return [UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: "\r")].contains(first)
    }
}
