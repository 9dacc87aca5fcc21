// SPDX-License-Identifier: Apache-2.0

import SyncboxCore
import SyncboxDaemon
import SyncboxFiles
import Systemd

/// Reads the secret. Throws what to do where there is none.
func readKey(_ settings: ClientSettings, _ instance: String) throws -> KeySecret {
    let make = "make one with: syncbox key new NAME --share \(settings.share) --output"
    do {
        let content = try PlainFile.read(settings.keyFile, atMost: KeySecret.longestFile)
        if content.elementsEqual(ClientSettings.missingCredential.utf8) {
            let file = DaemonKind.keyFile(ofClient: instance)
            throw FatalError(.configuration, "there is no key file \(file)", remedy: "\(make) \(file)")
        }
        return try KeySecret(keyFile: content)
    } catch let error as FatalError {
        throw error
    } catch let error as FileError where error.code == .inputOutput || error.code == .tooManyOpen {
        throw FatalError(.inputOutput, "the key file \(settings.keyFile) can't be read: \(error)")
    } catch {
        throw FatalError(
            .configuration, "the key file \(settings.keyFile) can't be used: \(error)",
            remedy: "\(make) \(settings.keyFile)")
    }
}

/// Reads the secret again, at a reload. What systemd hands over as a credential is a copy from the unit's start: so the file
/// that it was made of goes first, where this service may read it.
func readKeyAnew(
    _ settings: ClientSettings, _ instance: String, _ environment: ServiceEnvironment
) throws -> KeySecret {
    let credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(ClientSettings.credentialName)" }
    if settings.keyFile == credential {
        var original = settings
        original.keyFile = DaemonKind.keyFile(ofClient: instance)
        if let key = try? readKey(original, instance) { return key }
    }
    return try readKey(settings, instance)
}
