// SPDX-License-Identifier: Apache-2.0

import CLinux
import SyncboxCore
import SyncboxFiles

/// The clients of this machine: those that are set up, and those that run.
struct Instances {
    /// Those with settings, by name; empty also where that can't be told.
    let configured: [String]
    /// Those with a runtime directory, by name: they run, or are about to.
    let running: [String]

    /// All of them, by name.
    var all: [String] { Set(configured + running).sorted() }

    /// Looks for them. Throws `.noPermission` or `.unavailable` where the runtime directory can't be read.
    static func find() throws(CommandFailure) -> Instances {
        var running: [String] = []
        do throws(FileError) {
            running = try names(in: DaemonKind.clientRuntimeDirectory, suffix: "")
        } catch  where error.code == .notFound {
            // No client has run since the machine started.
        } catch {
            throw CommandFailure(
                error.code == .permission ? .noPermission : .unavailable,
                "cannot look for clients in \(DaemonKind.clientRuntimeDirectory): \(error)")
        }
        let configured = (try? names(in: DaemonKind.clientSettingsDirectory, suffix: ".conf")) ?? []
        return Instances(configured: configured, running: running)
    }

    /// Those that a shell offers to whoever is typing a name.
    static func completions(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        (try? find())?.all ?? []
    }

    /// Throws where the instance `name` has no settings, and says which was meant.
    static func checkSettings(of name: String) throws(CommandFailure) {
        guard access(DaemonKind.client(instance: name).settingsFile, F_OK) != 0, linux_errno() == ENOENT else {
            return
        }
        throw try find().explanation(for: name, "")
    }

    /// Why nothing answers for the instance `name`, and what helps.
    func explanation(for name: String, _ reason: String) -> CommandFailure {
        let unit = DaemonKind.client(instance: name).unit
        let settings = DaemonKind.client(instance: name).settingsFile
        if running.contains(name) || access(settings, F_OK) == 0 {
            return CommandFailure(
                .unavailable,
                """
                \(unit) \(running.contains(name) ? "does not answer: \(reason)" : "is not running")
                  start it:         systemctl start \(unit)
                  see what it said: syncbox log \(name)
                """)
        }
        var lines = ["there is no instance '\(name)' on this machine: there is no \(settings)"]
        if let nearest = NearestWord.to(name, among: all) {
            lines.append("  did you mean:     \(nearest)")
        } else if !all.isEmpty {
            lines.append("  there is:         \(all.joined(separator: ", "))")
        }
        lines.append("  set it up:        syncbox init \(name)")
        return CommandFailure(.noInput, lines.joined(separator: "\n"))
    }

    private static func names(in directory: String, suffix: String) throws(FileError) -> [String] {
        try PlainFile.names(in: directory).compactMap { bytes in
            let name = String(decoding: bytes, as: UTF8.self)
            guard name.hasSuffix(suffix) else { return nil }
            return try? SettingsValue.name(String(name.dropLast(suffix.count)))
        }
    }
}
