// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

extension ClientSettings {
    /// The longest file of certificates that is read, in bytes.
    package static let longestCertificateFile = 4 << 20

    /// Looks whether the files that `[tls]` names can be read, and are what they should be by their looks; throws every
    /// mistake, told at the line of `files` that names the file. What libcurl thinks of them shows when it connects. Blocks.
    package func checkCertificates(namedIn files: [SettingsFile]) throws(SettingsMistakes) {
        var found: [(key: TLSKey, mistake: SettingsValue.Mistake)] = []
        let named: [(key: TLSKey, path: String?, what: String)] = [
            (.caFile, tls?.caFile, "CERTIFICATE"), (.certificate, tls?.identity?.certificate, "CERTIFICATE"),
            (.key, tls?.identity?.key, "PRIVATE KEY"),
        ]
        for (key, path, what) in named {
            guard let path else { continue }
            do throws(SettingsValue.Mistake) {
                try PEMFile.check(try PEMFile.read(path, atMost: Self.longestCertificateFile), holds: what)
            } catch {
                found.append((key, error))
            }
        }
        if let mistakes = Self.mistakes(found, in: files) { throw mistakes }
    }
}
