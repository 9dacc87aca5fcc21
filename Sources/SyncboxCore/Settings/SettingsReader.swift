// SPDX-License-Identifier: Apache-2.0

/// Reads values out of settings files and gathers every mistake on the way.
struct SettingsReader {
    private let files: [SettingsFile]
    private let document: INIDocument
    private var mistakes: [SettingsMistake]

    /// Reads the main file and the drop-ins on top of it, in this order, and reports what `sections` doesn't know.
    init(_ files: [SettingsFile], sections: [SettingsSection]) {
        precondition(!files.isEmpty, "settings come from at least one file")
        let documents = files.map(INIDocument.init(reading:))
        self.files = files
        document = documents.dropFirst().reduce(into: documents[0]) { $0.override(with: $1) }
        mistakes = document.mistakes
        for section in documents.flatMap(\.sections) { check(section, against: sections) }
    }

    /// The names of the sections `[kind:name]`, in the order of their first appearance. A name that is no name is reported.
    mutating func names<Key: SettingsKey>(of key: Key.Type) -> [String] {
        var names: [String] = []
        for section in document.sections where section.name.hasPrefix("\(Key.section):") {
            do {
                names.append(try SettingsValue.name(String(section.name.dropFirst(Key.section.utf8.count + 1))))
            } catch {
                report(error, section: section.name, place: section.place)
            }
        }
        return names
    }

    /// The value of `key`, or `standard` where it isn't set; nil when it can't be read, or isn't set and has no standard:
    /// then that has been reported.
    mutating func value<Key: SettingsKey, Value>(
        _ key: Key, of name: String? = nil, default standard: Value? = nil, hidden: Bool = false,
        read: (String) throws(SettingsValue.Mistake) -> Value
    ) -> Value? {
        guard let written = written(key, of: name) else {
            if standard == nil {
                report(
                    SettingsValue.Mistake("is not set", right: "write for example \(key.rawValue) = \(key.example)"),
                    at: key, of: name)
            }
            return standard
        }
        do {
            return try read(written.text)
        } catch {
            report(error, at: key, of: name, hidden: hidden)
            return nil
        }
    }

    /// Reports what is wrong with `key`, where it stands, or else where its section or its file starts.
    mutating func report<Key: SettingsKey>(
        _ mistake: SettingsValue.Mistake, at key: Key, of name: String? = nil, hidden: Bool = false
    ) {
        let section = sectionName(Key.self, name)
        let value = written(key, of: name)
        let place = value?.place ?? document.section(section)?.place
        report(mistake, section: section, key: key.rawValue, value: hidden ? nil : value?.text, place: place)
    }

    /// Whether the section of such keys stands in a file.
    func hasSection<Key: SettingsKey>(_ key: Key.Type) -> Bool {
        document.section(Key.section) != nil
    }

    /// Whether `key` stands in a file.
    func isSet<Key: SettingsKey>(_ key: Key, of name: String? = nil) -> Bool {
        written(key, of: name) != nil
    }

    /// Every mistake so far, in the order of the files and their lines; nil when there is none.
    var found: SettingsMistakes? {
        let order = Dictionary(files.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = mistakes.enumerated().sorted { left, right in
            (order[left.element.file] ?? 0, left.element.line ?? 0, left.offset)
                < (order[right.element.file] ?? 0, right.element.line ?? 0, right.offset)
        }
        return sorted.isEmpty ? nil : SettingsMistakes(sorted.map(\.element))
    }

    private func sectionName<Key: SettingsKey>(_ key: Key.Type, _ name: String?) -> String {
        Key.section + (name.map { ":" + $0 } ?? "")
    }

    private func written<Key: SettingsKey>(_ key: Key, of name: String?) -> INIDocument.Value? {
        document.section(sectionName(Key.self, name))?.values[key.rawValue]
    }

    private mutating func report(
        _ mistake: SettingsValue.Mistake, section: String, key: String? = nil, value: String? = nil,
        place: INIDocument.Place?
    ) {
        mistakes.append(
            SettingsMistake(
                file: place?.file ?? files[0].name, line: place?.line, section: section, key: key, value: value,
                wrong: mistake.wrong, right: mistake.right))
    }

    private mutating func check(_ section: INIDocument.Section, against known: [SettingsSection]) {
        let parts = section.name.split(separator: ":", maxSplits: 1)
        guard let match = known.first(where: { $0.kind == parts[0] && $0.isNamed == (parts.count == 2) }) else {
            let nearest = NearestWord.to(String(parts[0]), among: known.map(\.kind))
            let meant = known.filter { nearest == nil || $0.kind == nearest }.map(\.header).alternatives
            report(
                SettingsValue.Mistake("there is no such section", right: "write \(meant)"), section: section.name,
                place: section.place)
            return
        }
        for key in section.keys where !match.keys.contains(key) {
            let right = NearestWord.to(key, among: match.keys).map { "did you mean \($0)?" }
            report(
                SettingsValue.Mistake(
                    "there is no such key", right: right ?? "the keys are \(match.keys.joined(separator: ", "))"),
                section: section.name, key: key, place: section.values[key]?.place)
        }
    }
}
