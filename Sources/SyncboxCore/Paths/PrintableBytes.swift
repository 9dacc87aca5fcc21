// SPDX-License-Identifier: Apache-2.0

/// Raw bytes as text that is safe to print.
package enum PrintableBytes {
    /// Printable UTF-8 as it is; control characters and bytes that are not UTF-8 as `\xNN`, a backslash as `\\`, so
    /// that a hostile name can neither move a terminal's cursor nor forge a line in a log.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var text = ""
        var index = 0
        while index < bytes.count {
            let end = min(index + length(startingWith: bytes[index]), bytes.count)
            if let scalar = printable(bytes[index..<end]) {
                text.unicodeScalars.append(scalar)
                if scalar == "\\" { text.append("\\") }
                index = end
            } else {
                text += "\\x" + hex(bytes[index])
                index += 1
            }
        }
        return text
    }

    private static func length(startingWith byte: UInt8) -> Int {
        switch byte {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }

    private static func printable(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let scalar = String(validating: bytes, as: UTF8.self)?.unicodeScalars.first else { return nil }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned: return nil
        default: return scalar
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
