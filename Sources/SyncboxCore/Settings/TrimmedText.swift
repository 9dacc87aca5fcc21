// SPDX-License-Identifier: Apache-2.0

extension StringProtocol where SubSequence == Substring {
    /// Without the spaces and tabs at either end.
    var trimmed: Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = self.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    /// Without the comment at the end: `#` or `;` at the start or after white space, outside of quotes, to the end of
    /// the line. A quote opens only where a word starts.
    var withoutComment: Substring {
        var isQuoted = false
        var previous: Character = " "
        for index in indices {
            let character = self[index]
            let startsWord = previous == " " || previous == "\t"
            if isQuoted {
                if character == "\"", previous != "\\" { isQuoted = false }
            } else if character == "\"", startsWord {
                isQuoted = true
            } else if character == "#" || character == ";", startsWord {
                return self[..<index].trimmed
            }
            previous = character
        }
        return self[...].trimmed
    }
}
