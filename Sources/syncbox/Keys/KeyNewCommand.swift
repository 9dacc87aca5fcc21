// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLinux
import Crypto
import SyncboxCore
import SyncboxFiles

/// `syncbox key new NAME`: makes a secret for a client, and the section that makes it known to the server.
struct KeyNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a key: a secret file for the client, a section for the server.",
        discussion: """
            Writes a new secret to the output file, which only its owner can read, and prints the section that belongs into \
            the server's settings. With --add it puts that there itself, as a drop-in: server.conf.d/key-NAME.conf. The \
            server never needs the secret itself. An existing file is never replaced.

              syncbox key new laptop --share src --output src.key --add
              systemctl reload syncbox-server

            \([ExitCode.success, .usage, .operatingSystem, .cannotCreate].helpText)
            """)

    @Argument(help: "The key's name in the server's settings and logs.")
    var name: String

    @Option(name: .customLong("share"), help: "A share that the key is good for, or * for all. May be repeated.")
    var shares: [String] = []

    @Option(
        name: .customLong("permission"),
        help: "What the key may do there: read, write, delete. May be repeated; write and delete where none is given.")
    var permissions: [ServerSettings.Permission] = []

    @Option(help: "The file that the secret is written to.", completion: .file())
    var output: String

    @Flag(help: "Add the section to the server's settings, as a drop-in of its own.")
    var add = false

    @OptionGroup var server: ServerSettingsOption

    func validate() throws {
        try Self.validate(name, "the key's name")
        if shares.isEmpty { throw ValidationError("Name at least one --share, or --share '*' for all.") }
        if shares == ["*"] { return }
        for share in shares { try Self.validate(share, "a share's name") }
    }

    private static func validate(_ name: String, _ what: String) throws {
        do {
            _ = try SettingsValue.name(name)
        } catch {
            throw ValidationError("\(what) \(error.wrong); \(error.right)")
        }
    }

    func run() throws {
        let secret = KeySecret(randomBytes: try Self.randomBytes(KeySecret.randomLength))
        let section = section(for: secret)
        if add { try server.check(adding: section, for: name) }
        do {
            try PlainFile.createPrivate(output, Array("\(secret.text)\n".utf8))
        } catch  where error.code == .exists {
            throw CommandFailure(
                .cannotCreate, "\(output) is there already, and a key is never replaced; name another file")
        } catch {
            throw CommandFailure(.cannotCreate, "cannot create \(output): \(error)")
        }
        guard add else { return print(section) }
        do throws(CommandFailure) {
            print("added [key:\(name)] as \(try server.add(section, for: name))\n\(ServerSettingsOption.reload)")
        } catch {
            // A secret that nobody knows is of no use.
            try? PlainFile.remove(output)
            throw error
        }
    }

    /// The section that makes the key known to the server: it holds the digest of the secret as it is sent.
    private func section(for secret: KeySecret) -> String {
        let digest = SHA256.hash(data: Array(secret.text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let allowed = permissions.isEmpty ? [.write, .delete] : permissions
        let words = ServerSettings.Permission.allCases.filter(allowed.contains).map(\.rawValue)
        return """
            [key:\(name)]
            hash = \(ServerSettings.hashPrefix)\(digest.joined())
            shares = \(shares.joined(separator: " "))
            permissions = \(words.joined(separator: " "))
            """
    }

    /// Bytes from getrandom(2), which gives up to 256 at once and waits only until the machine has entropy at all.
    private static func randomBytes(_ count: Int) throws(CommandFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = bytes.withUnsafeMutableBytes { getrandom($0.baseAddress, $0.count, 0) }
        guard received == count else {
            throw CommandFailure(.operatingSystem, "the system gives no random bytes (getrandom(2))")
        }
        return bytes
    }
}

extension ServerSettings.Permission: ExpressibleByArgument {}
