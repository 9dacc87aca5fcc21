// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SyncboxCore
import SyncboxFiles

/// The server's settings, in which keys are.
struct ServerSettingsOption: ParsableArguments {
    /// What is to be done for a change of keys to be taken over.
    static let reload = "now: systemctl reload syncbox-server"

    @Option(
        name: .customLong("config"), help: "The server's settings, with their drop-ins.",
        completion: .file(extensions: ["conf"]))
    var path = DaemonKind.server.settingsFile

    /// The file and its drop-ins, and what they say. Throws `.configuration` where they have mistakes.
    func read() throws(CommandFailure) -> (files: [SettingsFile], settings: ServerSettings) {
        do throws(SettingsMistakes) {
            let files = try SettingsFile.readWithDropIns(path)
            return (files, try ServerSettings.parse(files, environment: DaemonKind.server.environment))
        } catch {
            throw CommandFailure(.configuration, "the server's settings have mistakes:\n\(error)")
        }
    }

    /// Throws where the settings would have a mistake with this section of a key, or have such a key already.
    func check(adding section: String, for name: String) throws(CommandFailure) {
        let (files, settings) = try read()
        guard settings.keys[name] == nil else {
            throw CommandFailure(.cannotCreate, "there is a key \(name) already; choose another name, or revoke it")
        }
        let dropIn = SettingsFile(name: dropIn(for: name), text: section)
        do throws(SettingsMistakes) {
            _ = try ServerSettings.parse(files + [dropIn], environment: DaemonKind.server.environment)
        } catch {
            throw CommandFailure(.configuration, "with this key the server's settings would have mistakes:\n\(error)")
        }
    }

    /// Writes a key's section into a drop-in of its own, which the server's user may read: there is no secret in it. Returns
    /// the drop-in's path.
    func add(_ section: String, for name: String) throws(CommandFailure) -> String {
        let file = dropIn(for: name)
        do throws(FileError) {
            try PlainFile.makeDirectory(path + ".d", mode: 0o755)
            try PlainFile.create(file, Array("\(section)\n".utf8), mode: 0o644)
            return file
        } catch {
            throw CommandFailure(.cannotCreate, "cannot create \(file): \(error)")
        }
    }

    /// Removes a key's section wherever it stands, and a drop-in in which nothing else is. Returns the files. Throws `.noInput`
    /// where there is none.
    func remove(_ name: String) throws(CommandFailure) -> [String] {
        let (files, settings) = try read()
        let changed = files.compactMap { $0.removing(section: "key:\(name)") }
        guard !changed.isEmpty else { throw CommandFailure(.noInput, "there is no key \(name) in \(path)") }
        try check(changed, of: files, settings, without: name)
        for file in changed {
            do throws(FileError) {
                if file.name == dropIn(for: name), !file.hasSections {
                    try PlainFile.remove(file.name)
                } else {
                    try PlainFile.replace(file.name, file.bytes)
                }
            } catch {
                throw CommandFailure(.cannotCreate, "cannot change \(file.name): \(error)")
            }
        }
        return changed.map(\.name)
    }

    /// Throws where the changed files would say anything else but that this key is gone.
    private func check(
        _ changed: [SettingsFile], of files: [SettingsFile], _ settings: ServerSettings, without name: String
    ) throws(CommandFailure) {
        let after = files.map { file in changed.first { $0.name == file.name } ?? file }
        var expected = settings
        expected.keys[name] = nil
        guard (try? ServerSettings.parse(after, environment: DaemonKind.server.environment)) == expected else {
            throw CommandFailure(.software, "[key:\(name)] can't be taken out of \(path) safely; remove it by hand")
        }
    }

    private func dropIn(for name: String) -> String { "\(path).d/key-\(name).conf" }
}
