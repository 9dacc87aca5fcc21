// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore
import SyncboxFiles
import SyncboxTLS

/// `syncbox check-config FILE...`: reads settings as the daemons do, and tells every mistake.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Tell every mistake in settings files.",
        discussion: """
            Reads each file with its drop-ins (FILE.d/*.conf), as a daemon started by its unit would. Whether a file is a \
            server's or a client's shows from its sections. The certificates that they name are read, too, when all else is \
            right. Each mistake is one line:

              file:line: [section] key = value: what is wrong; what would be right

            \([ExitCode.success, .usage, .noInput, .configuration].helpText)
            """)

    @Argument(
        help: "Settings files; without any those of the server and of all clients of this machine.",
        completion: .file(extensions: ["conf"]))
    var files: [String] = []

    /// The settings files that are there.
    private static func all() throws -> [String] {
        let file = DaemonKind.server.settingsFile
        let server = access(file, F_OK) == 0 ? [file] : []
        let clients = try Instances.find().configured.map { DaemonKind.client(instance: $0).settingsFile }
        guard !(server + clients).isEmpty else {
            throw CommandFailure(.noInput, "there are no settings in /etc/syncbox; name the files to check")
        }
        return server + clients
    }

    func run() throws {
        var isRight = true
        for file in files.isEmpty ? try Self.all() : files {
            do throws(SettingsMistakes) {
                try Self.check(file)
                print("\(file): OK")
            } catch {
                print(error)
                isRight = false
            }
        }
        if !isRight { throw CommandFailure(.configuration) }
    }

    private static func check(_ path: String) throws(SettingsMistakes) {
        let files = try SettingsFile.readWithDropIns(path)
        switch DaemonKind(of: files) {
        case .server:
            let settings = try ServerSettings.parse(files, environment: DaemonKind.server.environment)
            if let tls = settings.tls { _ = try ServerTLS(tls, namedIn: files) }
        case .client(let instance):
            try ClientSettings.parse(files, environment: DaemonKind.client(instance: instance).environment)
                .checkCertificates(namedIn: files)
        case nil:
            let mistake = SettingsMistake(
                file: path, wrong: "is neither a server's nor a client's settings",
                right: "start with [server] or [client]")
            throw SettingsMistakes([mistake])
        }
    }
}
