// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore
import SyncboxFiles

/// A client that is about to be set up: what its settings file will say, and its key.
struct NewClient {
    /// Where settings and keys go: `/etc/syncbox/client`.
    let directory: String
    var instance = ""
    var source = ""
    var server = ""
    var share = ""
    /// The file with the authorities that an https server is verified by; empty for the system's.
    var caFile = ""
    /// The secret, and whether it lies at `keyFile` already.
    var key: (secret: KeySecret, isInPlace: Bool)?

    init(directory: String) {
        self.directory = directory
    }

    /// Where its settings are to be.
    var settingsFile: String { "\(directory)/\(instance).conf" }
    /// Where the unit finds its key.
    var keyFile: String { "\(directory)/\(instance).key" }

    /// The settings file.
    var text: String {
        """
        # The client \(instance), made by syncbox init. See syncbox-client.conf(5) for everything that can be set.
        [client]
        source = \(Self.quoted(source))
        server = \(server)
        share = \(share)

        """ + (caFile.isEmpty ? "" : "\n[tls]\nca-file = \(Self.quoted(caFile))\n")
    }

    /// Whether the server is spoken to by TLS.
    var isUnderTLS: Bool { server.hasPrefix("https://") }

    /// What a daemon makes of the file.
    func settings() throws(SettingsMistakes) -> ClientSettings {
        try ClientSettings.parse(
            [SettingsFile(name: settingsFile, text: text)],
            environment: DaemonKind.client(instance: instance).environment)
    }

    /// Throws where `value` is no value for the key `name` of the settings.
    static func check(_ name: String, _ value: String) throws(Questions.WrongAnswer) {
        var values = ["source": "/srv/src", "server": "http://127.0.0.1:8730", "share": "src"]
        values[name] = value
        let lines = values.map { "\($0.key) = \($0.value)" }.joined(separator: "\n")
        do throws(SettingsMistakes) {
            _ = try ClientSettings.parse(
                [SettingsFile(name: "", text: "[client]\n\(lines)")],
                environment: DaemonKind.client(instance: "src").environment)
        } catch {
            let mistake = error.all.first { $0.key == name }
            throw Questions.WrongAnswer(text: mistake.map { "\($0.wrong); \($0.right)" } ?? "\(error)")
        }
    }

    /// Throws where the directory can't be read. By root it always can; and so it can by the service, which may read everything.
    static func checkSource(_ path: String) throws(Questions.WrongAnswer) {
        try check("source", quoted(path))
        do throws(FileError) {
            _ = try Root(opening: path).subdirectories(of: .root)
        } catch {
            let text =
                switch error.code {
                case .notFound: "there is no \(path); create or mount it first"
                case .notDirectory: "\(path) is no directory"
                case .permission: "\(path) can't be read by you; run this as root"
                default: "\(path) can't be read: \(error)"
                }
            throw Questions.WrongAnswer(text: text, exitCode: error.code == .permission ? .noPermission : .noInput)
        }
    }

    /// Throws where settings of this name are there.
    func checkName(_ name: String) throws(Questions.WrongAnswer) {
        do throws(SettingsValue.Mistake) {
            _ = try SettingsValue.name(name)
        } catch {
            throw Questions.WrongAnswer(text: "\(error.wrong); \(error.right)")
        }
        let file = "\(directory)/\(name).conf"
        guard access(file, F_OK) != 0 else {
            throw Questions.WrongAnswer(
                text: "\(file) is there already, and is not replaced; choose another name", exitCode: .cannotCreate)
        }
    }

    /// Writes the key, where it is not in its place yet, and the settings. Replaces nothing.
    func write() throws(CommandFailure) {
        do throws(FileError) {
            try PlainFile.makeDirectory(directory)
            if let key, !key.isInPlace { try PlainFile.createPrivate(keyFile, Array("\(key.secret.text)\n".utf8)) }
        } catch {
            throw Self.failure(error, keyFile)
        }
        do throws(FileError) {
            // The service reads it under a user of its own, and nothing in it is secret.
            try PlainFile.create(settingsFile, Array(text.utf8), mode: 0o644)
        } catch {
            if let key, !key.isInPlace { unlink(keyFile) }
            throw Self.failure(error, settingsFile)
        }
    }

    private static func failure(_ error: FileError, _ file: String) -> CommandFailure {
        CommandFailure(
            error.code == .permission ? .noPermission : .cannotCreate,
            "cannot create \(file): \(error)" + (error.code == .permission ? "; run this as root" : ""))
    }

    /// A value as a settings file has it.
    private static func quoted(_ text: String) -> String {
        let isPlain = !text.contains { " \t\";#".contains($0) }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\\\"") + "\""
    }
}
