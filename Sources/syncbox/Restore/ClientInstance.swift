// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxFiles

/// A client of this machine as its settings describe it: what it mirrors, and how its server is spoken to.
struct ClientInstance {
    let settings: ClientSettings
    /// The file that the key was read from.
    let keyFile: String
    let key: KeySecret

    /// Reads the settings and the key as the daemon does, or the key from `keyFile`. The key that the unit hands to the daemon
    /// is there only while that runs; otherwise it is read where the unit takes it from. Throws `.configuration`,
    /// `.noInput`, `.noPermission`.
    init(_ instance: String, settings path: String?, keyFile: String?) throws(CommandFailure) {
        let path = path ?? DaemonKind.client(instance: instance).settingsFile
        do throws(SettingsMistakes) {
            let files = try SettingsFile.readWithDropIns(path)
            settings = try ClientSettings.parse(files, environment: DaemonKind.client(instance: instance).environment)
            try settings.checkCertificates(namedIn: files)
        } catch {
            throw CommandFailure(.configuration, "the settings have mistakes:\n\(error)")
        }
        let standard = DaemonKind.client(instance: instance).environment.credentialsDirectory
            .map { "\($0)/\(ClientSettings.credentialName)" }
        let isCredential = keyFile == nil && settings.keyFile == standard
        let candidates =
            [keyFile ?? settings.keyFile] + (isCredential ? [DaemonKind.keyFile(ofClient: instance)] : [])
        (self.keyFile, key) = try Self.readKey(candidates)
    }

    /// The first of the files that is there.
    private static func readKey(_ files: [String]) throws(CommandFailure) -> (file: String, key: KeySecret) {
        var failure = CommandFailure(.noInput, "there is no key file")
        for file in files {
            do {
                return (file, try KeySecret(keyFile: PlainFile.read(file, atMost: KeySecret.longestFile)))
            } catch let error as SettingsValue.Mistake {
                throw CommandFailure(.configuration, "the key file \(file) \(error.wrong); \(error.right)")
            } catch {
                let code = (error as? FileError)?.code
                failure = CommandFailure(
                    code == .permission ? .noPermission : .noInput,
                    "cannot read the key file \(file): \(error); run this as root, or name a key by --key-file")
                if code != .notFound { throw failure }
            }
        }
        throw failure
    }
}
