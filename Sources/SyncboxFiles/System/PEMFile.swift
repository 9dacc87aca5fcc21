// SPDX-License-Identifier: Apache-2.0

import SyncboxCore

/// Certificates and keys in PEM (RFC 7468), as far as one can see without knowing what they mean.
package enum PEMFile {
    /// Reads a whole file; throws what is wrong with it as a value of the settings. Blocks.
    package static func read(_ path: String, atMost limit: Int) throws(SettingsValue.Mistake) -> [UInt8] {
        do throws(FileError) {
            return try PlainFile.read(path, atMost: limit)
        } catch {
            switch error.code {
            case .notFound: throw SettingsValue.Mistake("is not there", right: "create it, or name another file")
            case .permission:
                throw SettingsValue.Mistake(
                    "may not be read by this user",
                    right: "let its group be the daemon's, as chown root:GROUP, chmod 0640")
            case .isDirectory: throw SettingsValue.Mistake("is a directory", right: "name the file in it")
            case .tooLarge:
                throw SettingsValue.Mistake("is too large", right: "at most \(limit) bytes are read")
            default: throw SettingsValue.Mistake("can't be read: \(error)", right: "mend that first")
            }
        }
    }

    /// Throws where nothing in `content` is labelled as `what`, or where it is under a passphrase.
    package static func check(_ content: [UInt8], holds what: String) throws(SettingsValue.Mistake) {
        let text = String(decoding: content, as: UTF8.self)
        let labels = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("-----BEGIN ") }
        guard let label = labels.first(where: { $0.contains(what) }) else {
            throw SettingsValue.Mistake(
                "holds no \(what.lowercased())", right: "name a file in PEM, with a line -----BEGIN \(what)-----")
        }
        // RFC 7468, section 11, and the older way of RFC 1421, section 4.6.1.1.
        if label.contains("ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED") {
            throw SettingsValue.Mistake(
                "is under a passphrase, which nobody could type in",
                right: "write it without one: openssl pkey -in FILE -out OTHER")
        }
    }
}
