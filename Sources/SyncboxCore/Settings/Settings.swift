// SPDX-License-Identifier: Apache-2.0

/// What one kind of settings file says, with every default in place and every range kept.
package protocol Settings: Hashable, Sendable {
    /// Every section that the files may have, with every key.
    static var sections: [SettingsSection] { get }

    /// Reads the main file, the first, and its drop-ins, each of which overrides those before it. Throws every mistake at
    /// once.
    static func parse(_ files: [SettingsFile], environment: SettingsEnvironment) throws(SettingsMistakes) -> Self
}

extension ServerSettings: Settings {}
extension ClientSettings: Settings {}

/// One kind of section that a settings file may have.
package struct SettingsSection: Sendable {
    /// What stands before the colon or alone in the header.
    package let kind: String
    /// Whether the header has a name behind a colon.
    package let isNamed: Bool
    /// Every key.
    package let keys: [String]

    init<Key: SettingsKey>(_ key: Key.Type) {
        kind = Key.section
        isNamed = Key.isNamed
        keys = Key.allCases.map(\.rawValue)
    }

    /// The header, with NAME for a name.
    package var header: String {
        isNamed ? "[\(kind):NAME]" : "[\(kind)]"
    }
}

/// The keys of one kind of section: an enumeration whose raw values are the keys as they are written.
protocol SettingsKey: RawRepresentable<String>, CaseIterable, Sendable {
    /// What stands before the colon or alone in the section's header: `server`, `share`.
    static var section: String { get }
    /// Whether the header has a name behind a colon: `[share:src]`.
    static var isNamed: Bool { get }
    /// A value as it could be written.
    var example: String { get }
}
