// SPDX-License-Identifier: Apache-2.0

/// What one kind of settings file says, with every default in place and every range kept.
package protocol Settings: Hashable, Sendable {
    /// Every section that the files may have, with every key.
    static var sections: [SettingsSection] { get }

    /// Reads the main file, the first, and its drop-ins, each of which overrides those before it. Throws every mistake at
    /// once.
    static func parse(_ files: [SettingsFile], environment: SettingsEnvironment) throws(SettingsMistakes) -> Self
}

extension Settings {
    /// What was found wrong with the files that values name, after the values themselves had been read: told as a mistake of
    /// the line that names the file.
    package static func mistakes<Key: SettingsKey>(
        _ found: [(key: Key, mistake: SettingsValue.Mistake)], in files: [SettingsFile]
    ) -> SettingsMistakes? {
        var reader = SettingsReader(files, sections: sections)
        for (key, mistake) in found { reader.report(mistake, at: key) }
        return reader.found
    }
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
package protocol SettingsKey: RawRepresentable<String>, CaseIterable, Sendable {
    /// What stands before the colon or alone in the section's header: `server`, `share`.
    static var section: String { get }
    /// Whether the header has a name behind a colon: `[share:src]`.
    static var isNamed: Bool { get }
    /// A value as it could be written.
    var example: String { get }
}
