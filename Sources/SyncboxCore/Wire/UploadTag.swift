// SPDX-License-Identifier: Apache-2.0

/// What a client calls an upload, so that it finds it again after a restart.
///
/// Whose upload it is decides the server by who asks, and not by the tag: nobody gets at another's upload by guessing.
package struct UploadTag: Hashable, Sendable {
    /// The longest tag, in bytes.
    package static let longest = 64

    /// The tag as it stands in the header.
    package let text: String

    /// nil unless `text` is 1 to 64 of the digits and the letters a to z.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
