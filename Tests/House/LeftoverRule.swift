// SPDX-License-Identifier: Apache-2.0

/// Nothing is left over from the making: no empty file that holds a place, no note to oneself, no word that means
/// something only where the house was built. The words are put together here, so that this file does not break its rule.
enum LeftoverRule {
    private static let notes = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    private static let workplace = [
        "/wo" + "rk/", "/tmp/ba" + "sh_jobs", "DESI" + "GN.md", "MODE" + "LS.md", "STA" + "CK.md", "PEE" + "RS.md",
        "GUI" + "DE.md", "Clau" + "de", "Anthro" + "pic", "Chat" + "GPT", "language mo" + "del",
    ]

    static func violations(in file: HouseFile) -> [Violation] {
        let isPlaceholder = file.name.lowercased().hasPrefix("place" + "holder")
        return (isPlaceholder ? [Violation(file, "the file only holds a place")] : [])
            + file.lines.enumerated().flatMap { index, line in
                (notes.filter { isWord($0, in: line) } + workplace.filter { isStart($0, in: line) })
                    .map { Violation(file, line: index, "'\($0)' has no place here") }
            }
    }

    /// Whether `word` stands in `line` with no letter or digit at either side.
    private static func isWord(_ word: String, in line: String) -> Bool {
        line.ranges(of: word).contains { isEdge(line[..<$0.lowerBound].last) && isEdge(line[$0.upperBound...].first) }
    }

    /// Whether `text` stands in `line` with no letter, digit, dot or slash before it, in either case.
    private static func isStart(_ text: String, in line: String) -> Bool {
        let line = line.lowercased()
        return line.ranges(of: text.lowercased()).contains { range in
            let before = line[..<range.lowerBound].last
            return isEdge(before) && before != "." && before != "/"
        }
    }

    private static func isEdge(_ character: Character?) -> Bool {
        character.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
    }
}
