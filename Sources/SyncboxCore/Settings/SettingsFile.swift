// SPDX-License-Identifier: Apache-2.0

/// A settings file's name and its bytes, before anything is made of them.
package struct SettingsFile: Hashable, Sendable {
    /// The name that mistakes are told under, usually the path.
    package let name: String
    /// The whole content.
    package let bytes: [UInt8]

    package init(name: String, bytes: some Sequence<UInt8>) {
        self.name = name
        self.bytes = Array(bytes)
    }

    /// A file whose content is text.
    package init(name: String, text: String) {
        self.init(name: name, bytes: text.utf8)
    }
}
