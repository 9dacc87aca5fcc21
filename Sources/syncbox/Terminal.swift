// SPDX-License-Identifier: Apache-2.0

import CLinux

/// Where standard output leads: to a person at a terminal, or to a file or another program.
struct Terminal {
    /// A colour with a meaning.
    enum Colour: String {
        /// As it should be.
        case good = "32"
        /// Somebody should look at it.
        case warning = "33"
        /// It does not go on.
        case bad = "31"
        /// A heading.
        case heading = "1"
    }

    /// Whether text may be redrawn.
    let isTerminal: Bool
    /// Whether colours are wanted: on a terminal that knows them, unless `$NO_COLOR` says otherwise (https://no-color.org).
    let isColoured: Bool
    /// How many columns there are; `Int.max` where lines have no end.
    let width: Int
    /// How many lines there are; `Int.max` likewise.
    var height = Int.max

    /// Where nobody looks: no colours, and lines without an end.
    static let plain = Terminal(isTerminal: false, isColoured: false, width: .max)

    /// Standard output.
    static var output: Terminal {
        let isTerminal = isatty(1) == 1
        var size = winsize()
        let isSized = isTerminal && linux_terminal_size(1, &size) == 0 && size.ws_col > 0 && size.ws_row > 1
        let isPlain = value("NO_COLOR").map { !$0.isEmpty } ?? false || value("TERM") == "dumb"
        return Terminal(
            isTerminal: isTerminal, isColoured: isTerminal && !isPlain, width: isSized ? Int(size.ws_col) : .max,
            height: isSized ? Int(size.ws_row) : .max)
    }

    /// The text in a colour, where colours are wanted.
    func text(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour, !text.isEmpty else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// Writes to standard output, or to another descriptor, at once and not when a buffer is full.
    static func write(_ text: String, to descriptor: Int32 = 1) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { CLinux.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
