// SPDX-License-Identifier: Apache-2.0

extension ClientSettings {
    /// Reads `[tls]`; nil where something is wrong, which has been reported then. Without TLS nothing of it may be set: who
    /// wrote it believes that it is used.
    static func readTLS(isUsed: Bool, _ reader: inout SettingsReader) -> TLS? {
        let path = SettingsValue.absolutePathOrNone
        let caFile = reader.value(TLSKey.caFile, default: .some(nil), read: path)
        let pins = reader.value(TLSKey.pin, default: [], read: pins)
        let certificate = reader.value(TLSKey.certificate, default: .some(nil), read: path)
        let key = reader.value(TLSKey.key, default: .some(nil), read: path)
        guard let caFile, let pins, let certificate, let key else { return nil }
        if !isUsed, let set = firstSet(caFile, pins, certificate, key) {
            reader.report(
                SettingsValue.Mistake(
                    "is set, but the server is spoken to in plain text", right: "write server = https://…, or remove it"
                ),
                at: set)
        }
        var identity: TLS.Identity?
        switch (certificate, key) {
        case (let certificate?, let key?): identity = TLS.Identity(certificate: certificate, key: key)
        case (nil, nil): break
        case (_?, nil): reader.report(lacking("the certificate's private key"), at: TLSKey.key)
        case (nil, _?): reader.report(lacking("the key's certificate"), at: TLSKey.certificate)
        }
        return TLS(caFile: caFile, pins: pins, identity: identity)
    }

    private static func firstSet(_ caFile: String?, _ pins: [String], _ certificate: String?, _ key: String?) -> TLSKey?
    {
        if caFile != nil { return .caFile }
        if !pins.isEmpty { return .pin }
        return certificate != nil ? .certificate : key != nil ? .key : nil
    }

    private static func lacking(_ what: String) -> SettingsValue.Mistake {
        SettingsValue.Mistake("is not set, and one without the other is nothing", right: "name the file with \(what)")
    }

    /// Words of which each is `sha256//` and the 44 characters that 32 bytes have in base64 (CURLOPT_PINNEDPUBLICKEY(3)).
    private static func pins(_ text: String) throws(SettingsValue.Mistake) -> [String] {
        let words = try SettingsValue.words(text)
        for word in words where !isPin(word) {
            throw SettingsValue.Mistake(
                "'\(SettingsMistake.shown(word))' is no pin",
                right:
                    "write sha256// and the base64 of the SHA-256 of the server's public key, as README tells to make it"
            )
        }
        return words
    }

    private static func isPin(_ word: String) -> Bool {
        let prefix = "sha256//"
        let digits = word.utf8.dropFirst(prefix.utf8.count)
        return word.hasPrefix(prefix) && digits.count == 44 && digits.last == UInt8(ascii: "=")
            && digits.dropLast().allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && scalar.properties.isAlphabetic || SettingsValue.isDigit(byte)
                    || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            }
    }
}
