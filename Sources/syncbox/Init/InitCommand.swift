// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import SyncboxCore
import SyncboxFiles

/// `syncbox init [INSTANCE]`: sets a client up, and checks both of its ends first.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up a client: asks, checks both ends, and writes the settings.",
        discussion: """
            Asks for the source, the server, the key and the share, each unless an option says it already, and looks at once \
            whether it is right: that the source can be read, that the server answers, and that the key is good for the \
            share. Then it writes \(DaemonKind.clientSettingsDirectory)/INSTANCE.conf and INSTANCE.key, replaces nothing, and \
            tells how to start. Where standard input is no terminal, nobody is asked.

              syncbox init
              syncbox init src --source /srv/src --server http://127.0.0.1:8730 --key-file src.key --share src

            \([ExitCode.success, .usage, .noInput, .unavailable, .cannotCreate, .protocolMismatch, .noPermission, .configuration].helpText)
            """)

    /// Where most servers are: on this machine, or at the near end of a tunnel.
    private static let usualServer = "http://127.0.0.1:8730"

    @Argument(help: "The new instance's name; by default the source's own name.")
    var instance: String?

    @Option(help: "The directory to mirror.", completion: .directory)
    var source: String?

    @Option(help: "Where the server is, as https://server:8730, http://127.0.0.1:8730 or unix:/path.")
    var server: String?

    @Option(
        help: "The authorities that an https server is verified by, a file in PEM; without it the system's.",
        completion: .file(extensions: ["pem", "crt"]))
    var caFile: String?

    @Option(help: "The file that `syncbox key new` wrote.", completion: .file(extensions: ["key"]))
    var keyFile: String?

    @Option(help: "The share on the server.")
    var share: String?

    @Flag(help: "Do not ask the server: it may not be there yet.")
    var unchecked = false

    @Option(help: "Where the settings go.", completion: .directory)
    var directory = DaemonKind.clientSettingsDirectory

    func run() async throws {
        let questions = Questions(canAsk: isatty(0) == 1)
        var new = NewClient(directory: directory)
        new.source = try await questions.answer("Directory to mirror", given: source, option: "--source") { path in
            try NewClient.checkSource(path)
            return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        new.instance = try await questions.answer(
            "Name of this client", given: instance, option: "INSTANCE", standard: Self.name(for: new.source)
        ) { name in
            try new.checkName(name)
            return name
        }
        new.server = try await questions.answer("Server", given: server, option: "--server", standard: Self.usualServer)
        {
            server in
            try NewClient.check("server", server)
            var tried = new
            tried.server = server
            if !tried.isUnderTLS { try await reach(tried) }
            return server
        }
        if new.isUnderTLS { new.caFile = try await askForAuthorities(questions, new) }
        try await askForKey(questions, &new)
        let settings = try Self.settings(of: new)
        if !unchecked, let key = new.key { try await Self.checkPermissions(key.secret, settings) }
        try new.write()
        tell(new, isLocal: settings.server.isLocal)
    }

    /// Asks what the server is verified by, and reaches it so.
    private func askForAuthorities(_ questions: Questions, _ new: NewClient) async throws -> String {
        try await questions.answer(
            "Authorities to verify it by, a file in PEM (nothing: the system's)", given: caFile, option: "--ca-file",
            standard: ""
        ) { file in
            var tried = new
            tried.caFile = file
            try await reach(tried)
            return file
        }
    }

    /// Throws where no server answers, or it can't be verified.
    private func reach(_ new: NewClient) async throws {
        var tried = new
        tried.share = "src"
        let settings: ClientSettings
        do throws(SettingsMistakes) {
            settings = try tried.settings()
        } catch {
            throw Questions.WrongAnswer(text: error.all.map { "\($0.wrong); \($0.right)" }.joined(separator: "\n  "))
        }
        guard !unchecked else { return }
        if let file = settings.tls?.caFile, access(file, R_OK) != 0 {
            throw Questions.WrongAnswer(text: "\(file) is not there, or can't be read", exitCode: .noInput)
        }
        try await ServerCheck(settings).reach()
    }

    /// Asks for the key and for a share that it is good for.
    private func askForKey(_ questions: Questions, _ new: inout NewClient) async throws {
        let known = new
        let standard = access(new.keyFile, R_OK) == 0 ? new.keyFile : nil
        var shares: [String]?
        new.key = try await questions.answer(
            "Key: the file that `syncbox key new` wrote, or the secret itself", given: keyFile, option: "--key-file",
            standard: standard
        ) { text in
            let key = try Self.key(text, known)
            shares = try await self.shares(of: key.secret, known)
            return key
        }
        let only = shares.flatMap { $0.count == 1 ? $0[0] : nil }
        new.share = try await questions.answer(
            "Share", given: share, option: "--share", standard: only ?? known.instance
        ) {
            share in
            try NewClient.check("share", share)
            guard let shares, !shares.contains(share) else { return share }
            let good = shares.isEmpty ? "good for no share" : "good for \(shares.joined(separator: ", "))"
            throw Questions.WrongAnswer(
                text: "the server has no share '\(share)' for this key; it is \(good)", exitCode: .noInput)
        }
    }

    /// The shares that the key is good for; nil where nobody is to be asked.
    private func shares(of key: KeySecret, _ known: NewClient) async throws -> [String]? {
        guard !unchecked else { return nil }
        var tried = known
        tried.share = "src"
        return try await ServerCheck(tried.settings()).shares(of: key)
    }

    /// The key in a file, or the secret itself.
    private static func key(_ text: String, _ new: NewClient) throws -> (secret: KeySecret, isInPlace: Bool) {
        do {
            if text.hasPrefix(KeySecret.prefix), !text.contains("/") {
                return (try KeySecret(keyFile: Array(text.utf8)), false)
            }
            let secret = try KeySecret(keyFile: PlainFile.read(text, atMost: KeySecret.longestFile))
            let isInPlace = text == new.keyFile
            guard isInPlace || access(new.keyFile, F_OK) != 0 else {
                throw Questions.WrongAnswer(
                    text: "\(new.keyFile) is there already, and a key is never replaced", exitCode: .cannotCreate)
            }
            return (secret, isInPlace)
        } catch let error as SettingsValue.Mistake {
            throw Questions.WrongAnswer(text: "\(error.wrong); \(error.right)", exitCode: .configuration)
        } catch let error as FileError {
            throw Questions.WrongAnswer(
                text: "\(text) can't be read: \(error)", exitCode: error.code == .permission ? .noPermission : .noInput)
        }
    }

    private static func settings(of new: NewClient) throws(CommandFailure) -> ClientSettings {
        do throws(SettingsMistakes) {
            return try new.settings()
        } catch {
            throw CommandFailure(.configuration, "the settings would have mistakes:\n\(error)")
        }
    }

    private static func checkPermissions(_ key: KeySecret, _ settings: ClientSettings) async throws {
        do {
            try await ServerCheck(settings).permissions(of: key, in: settings.share)
        } catch let wrong as Questions.WrongAnswer {
            throw CommandFailure(wrong.exitCode, "\(wrong.text); nothing was written")
        }
    }

    /// What the unit needs for a server on another machine.
    private static func letThrough(_ instance: String) -> String {
        """
        The unit speaks to this machine alone. Let it through, by the server's address, with these lines in
        /etc/systemd/system/syncbox-client@\(instance).service.d/server.conf, and systemctl daemon-reload:
            [Service]
            IPAddressAllow=ADDRESS

        """
    }

    /// The last name in the source's path, as far as an instance may be called so.
    private static func name(for source: String) -> String? {
        let last = source.split(separator: "/").last.map(String.init)
        return last.flatMap { try? SettingsValue.name($0) }
    }

    private func tell(_ new: NewClient, isLocal: Bool) {
        print(
            """
            \(new.settingsFile) is written\(unchecked ? "" : "; the source can be read, and the server takes the key").
            \(isLocal ? "" : Self.letThrough(new.instance))Start it, now and whenever the machine starts:
                systemctl enable --now syncbox-client@\(new.instance)
            See how it goes:
                syncbox status --watch \(new.instance)
            """)
    }
}
