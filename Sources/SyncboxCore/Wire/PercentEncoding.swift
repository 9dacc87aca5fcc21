// SPDX-License-Identifier: Apache-2.0

/// Raw bytes as text that may stand in a URL's path or query (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Letters, digits, `-._~` and `/` as they are, every other byte as `%XX`.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~/".contains(character) {
                text.append(character)
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    /// The bytes that `text` stands for; nil where a `%` is not followed by two hexadecimal digits. `+` is itself.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let high = iterator.next().flatMap(digit)
            let low = iterator.next().flatMap(digit)
            guard let high, let low else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
