// SPDX-License-Identifier: Apache-2.0

/// The secret that a client proves itself with, as it is sent: `Authorization: Bearer SECRET`. The server knows its
/// SHA-256 alone. It doesn't print itself.
package struct KeySecret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What generated secrets start with, so that people and secret scanners recognise one that has gone astray.
    package static let prefix = "syncbox_"
    /// How many random bytes a generated secret has.
    package static let randomLength = 32
    /// The longest file that is read for a key, in bytes.
    package static let longestFile = 4096
    /// How long a secret may be, in characters. A shorter one could be guessed.
    package static let lengths = 16...512

    /// The secret itself.
    package let text: String

    /// Makes a secret of `randomLength` random bytes: the prefix and their hexadecimal digits.
    package init(randomBytes: [UInt8]) {
        precondition(randomBytes.count == Self.randomLength, "a secret is made of \(Self.randomLength) random bytes")
        text = Self.prefix + randomBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Takes a key file's content: the secret on a line of its own. Throws where it could not be sent as it is, or could
    /// be guessed; what is thrown doesn't repeat it.
    package init(keyFile content: some Sequence<UInt8>) throws(SettingsValue.Mistake) {
        let right = "write the secret that syncbox key new made, and nothing else"
        let text = String(validating: Array(content), as: UTF8.self).map { String($0.trimmedOfNewline) }
        guard let text, text.unicodeScalars.allSatisfy(Self.isAllowed) else {
            throw SettingsValue.Mistake("holds a character that no secret has", right: right)
        }
        guard Self.lengths.contains(text.utf8.count) else {
            throw SettingsValue.Mistake("holds \(text.utf8.count) characters", right: right)
        }
        self.text = text
    }

    /// Never the secret.
    package var description: String { Self.prefix + "…" }
    /// Never the secret.
    package var debugDescription: String { description }

    /// What RFC 6750, section 2.1, calls `b64token`.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        SettingsValue.isNameScalar(scalar) || "~+/=".unicodeScalars.contains(scalar)
    }
}

extension String {
    fileprivate var trimmedOfNewline: Substring {
        let end: [Character] = ["\n", "\r\n"]
        return last.map(end.contains) == true ? dropLast() : self[...]
    }
}
