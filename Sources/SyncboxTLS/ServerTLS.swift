// SPDX-License-Identifier: Apache-2.0

import NIOSSL
import SyncboxCore
import SyncboxFiles

/// What a server needs to speak TLS: its certificate, its key and the authorities of its clients, read, and found to fit
/// each other. TLS 1.2 is the least that is spoken.
package struct ServerTLS: Sendable {
    /// What new connections speak TLS by.
    package let context: NIOSSLContext
    /// Until when the certificate is valid, in seconds since 1970.
    package let expires: Int64

    /// The longest file of certificates or keys, in bytes.
    private static let longestFile = 4 << 20

    /// Reads what `settings` names. Throws every mistake, told at the line of `files` that names the file. Blocks.
    package init(_ settings: ServerSettings.TLS, namedIn files: [SettingsFile]) throws(SettingsMistakes) {
        var found: [(key: ServerSettings.TLSKey, mistake: SettingsValue.Mistake)] = []
        func noting<Value>(
            _ key: ServerSettings.TLSKey, _ body: () throws(SettingsValue.Mistake) -> Value
        ) -> Value? {
            do throws(SettingsValue.Mistake) {
                return try body()
            } catch {
                found.append((key, error))
                return nil
            }
        }
        let chain = noting(.certificate) { () throws(SettingsValue.Mistake) in
            try Self.certificates(settings.certificate)
        }
        let key = noting(.key) { () throws(SettingsValue.Mistake) in try Self.key(settings.key) }
        let authorities = settings.clientCA.map { path in
            noting(.clientCA) { () throws(SettingsValue.Mistake) in try Self.certificates(path) }
        }
        if found.isEmpty, let chain, let key {
            let context = noting(.key) { () throws(SettingsValue.Mistake) in
                try Self.context(chain, key, authorities: authorities.flatMap(\.self))
            }
            if let context {
                self.context = context
                expires = Int64(chain.map(\.notValidAfter).min() ?? 0)
                return
            }
        }
        guard let mistakes = ServerSettings.mistakes(found, in: files) else {
            preconditionFailure("what is not there has been found wrong")
        }
        throw mistakes
    }

    private static func certificates(_ path: String) throws(SettingsValue.Mistake) -> [NIOSSLCertificate] {
        let content = try PEMFile.read(path, atMost: longestFile)
        try PEMFile.check(content, holds: "CERTIFICATE")
        do {
            return try NIOSSLCertificate.fromPEMBytes(content)
        } catch {
            throw SettingsValue.Mistake(
                "holds a certificate that can't be read", right: "look at it with: openssl x509 -text -noout -in FILE")
        }
    }

    private static func key(_ path: String) throws(SettingsValue.Mistake) -> NIOSSLPrivateKey {
        let content = try PEMFile.read(path, atMost: longestFile)
        try PEMFile.check(content, holds: "PRIVATE KEY")
        do {
            return try NIOSSLPrivateKey(bytes: content, format: .pem)
        } catch {
            throw SettingsValue.Mistake(
                "holds a key that can't be read", right: "look at it with: openssl pkey -noout -check -in FILE")
        }
    }

    /// All parts are right by themselves, so that what fails here is that they don't belong together.
    private static func context(
        _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, authorities: [NIOSSLCertificate]?
    ) throws(SettingsValue.Mistake) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            configuration.trustRoots = .certificates(authorities)
            // A client's certificate is for whatever name it likes; that there must be one is part of it.
            configuration.certificateVerification = .noHostnameVerification
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SettingsValue.Mistake(
                "is not the key of the certificate", right: "name the key that the certificate was made with")
        }
    }
}
