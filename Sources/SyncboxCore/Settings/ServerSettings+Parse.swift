// SPDX-License-Identifier: Apache-2.0

extension ServerSettings {
    /// What a hash starts with.
    package static let hashPrefix = "sha256:"

    /// Reads the main file and its drop-ins, which override it in the order given. Throws every mistake at once.
    package static func parse(
        _ files: [SettingsFile], environment: SettingsEnvironment
    ) throws(SettingsMistakes) -> ServerSettings {
        var reader = SettingsReader(files, sections: sections)
        let hasTLS = reader.hasSection(TLSKey.self)
        let listen = reader.value(ServerKey.listen, default: defaultListen) {
            text throws(SettingsValue.Mistake) in try SocketAddress.listening(text, underTLS: hasTLS)
        }
        let stateDirectory = reader.value(
            ServerKey.stateDirectory, default: environment.stateDirectory, read: SettingsValue.absolutePath)
        let logLevel = reader.value(ServerKey.logLevel, default: LogLevel.info, read: SettingsValue.choice)
        let tls = hasTLS ? readTLS(listen, &reader) : nil
        let shareNames = reader.names(of: ShareKey.self)
        var shares: [String: Share] = [:]
        for name in shareNames { shares[name] = readShare(name, &reader) }
        checkPaths(shares, shareNames, stateDirectory: stateDirectory, &reader)
        let keyNames = reader.names(of: KeyKey.self)
        var keys: [String: Key] = [:]
        for name in keyNames { keys[name] = readKey(name, shareNames: shareNames, &reader) }
        checkHashes(keys, keyNames, &reader)
        if let mistakes = reader.found { throw mistakes }
        guard let listen, let stateDirectory, let logLevel else { preconditionFailure("every nil has been reported") }
        return ServerSettings(
            listen: listen, stateDirectory: stateDirectory, logLevel: logLevel, tls: tls, shares: shares, keys: keys)
    }

    private static func readTLS(_ listen: SocketAddress?, _ reader: inout SettingsReader) -> TLS? {
        let certificate = reader.value(TLSKey.certificate, read: SettingsValue.absolutePath)
        let key = reader.value(TLSKey.key, read: SettingsValue.absolutePath)
        let clientCA = reader.value(TLSKey.clientCA, default: .some(nil), read: SettingsValue.absolutePathOrNone)
        if case .unix = listen {
            reader.report(
                SettingsValue.Mistake(
                    "is set, but a Unix socket, which is listened on, is spoken to in plain text",
                    right: "listen on host:port, or remove [tls]"),
                at: TLSKey.certificate)
        }
        guard let certificate, let key, let clientCA else { return nil }
        return TLS(certificate: certificate, key: key, clientCA: clientCA)
    }

    private static func readShare(_ name: String, _ reader: inout SettingsReader) -> Share? {
        let path = reader.value(ShareKey.path, of: name, read: SettingsValue.absolutePath)
        let durability = reader.value(
            ShareKey.durability, of: name, default: Durability.durable, read: SettingsValue.choice)
        let age = reader.value(ShareKey.keepDeleted, of: name, default: Duration.zero, read: keepingAge)
        let size = reader.value(ShareKey.keepDeletedSize, of: name, default: KeepBounds.defaultSize) {
            text throws(SettingsValue.Mistake) in try SettingsValue.size(text, in: KeepBounds.sizeRange)
        }
        guard let path, let durability, let age, let size else { return nil }
        return Share(
            path: path, durability: durability, keep: age == .zero ? nil : KeepBounds(age: age, size: size))
    }

    /// How long something is kept; no time at all for `off`.
    private static func keepingAge(_ text: String) throws(SettingsValue.Mistake) -> Duration {
        if text == "off" { return .zero }
        do {
            return try SettingsValue.duration(text, in: KeepBounds.ageRange)
        } catch {
            throw SettingsValue.Mistake(error.wrong, right: "\(error.right), or off")
        }
    }

    private static func readKey(_ name: String, shareNames: [String], _ reader: inout SettingsReader) -> Key? {
        let hash = reader.value(KeyKey.hash, of: name, hidden: true, read: digest)
        let shares = reader.value(KeyKey.shares, of: name) { text throws(SettingsValue.Mistake) in
            try keyShares(text, shareNames: shareNames)
        }
        let permissions: Set<Permission>? = reader.value(KeyKey.permissions, of: name, read: SettingsValue.choices)
        guard let hash, let shares, let permissions else { return nil }
        return Key(hash: hash, shares: shares, permissions: permissions)
    }

    /// What is wrong with a hash never repeats it: it may be the secret, pasted into the wrong file.
    private static func digest(_ text: String) throws(SettingsValue.Mistake) -> Digest {
        let right = "write \(hashPrefix) and 64 hexadecimal digits, as syncbox key new prints them"
        guard text.hasPrefix(hashPrefix) else {
            throw SettingsValue.Mistake("does not start with \(hashPrefix)", right: right)
        }
        guard let digest = Digest(hex: text.dropFirst(hashPrefix.count)) else {
            throw SettingsValue.Mistake("does not hold 64 hexadecimal digits", right: right)
        }
        return digest
    }

    private static func keyShares(_ text: String, shareNames: [String]) throws(SettingsValue.Mistake) -> KeyShares {
        let words = try SettingsValue.words(text)
        if words == ["*"] { return .all }
        let known = shareNames.isEmpty ? "there is none yet" : "there is \(shareNames.joined(separator: ", "))"
        let right = "write the names of shares (\(known)), or * alone for all"
        guard !words.isEmpty else { throw SettingsValue.Mistake("has no value", right: right) }
        if let unknown = words.first(where: { !shareNames.contains($0) }) {
            throw SettingsValue.Mistake("'\(SettingsMistake.shown(unknown))' is no share", right: right)
        }
        return .named(Set(words))
    }

    /// Two writers of one directory would undo each other's work, and so would a share that holds the catalogs.
    private static func checkPaths(
        _ shares: [String: Share], _ names: [String], stateDirectory: String?, _ reader: inout SettingsReader
    ) {
        for (index, name) in names.enumerated() {
            guard let path = shares[name]?.path else { continue }
            if let stateDirectory, AbsolutePath.overlap(path, stateDirectory) {
                reader.report(
                    SettingsValue.Mistake(
                        "overlaps the state directory \(stateDirectory)", right: "keep destinations and state apart"),
                    at: ShareKey.path, of: name)
            }
            for earlier in names[..<index] {
                guard let other = shares[earlier]?.path, AbsolutePath.overlap(path, other) else { continue }
                reader.report(
                    SettingsValue.Mistake(
                        "overlaps \(other), the path of share \(earlier)",
                        right: "give each share a directory of its own"),
                    at: ShareKey.path, of: name)
            }
        }
    }

    private static func checkHashes(_ keys: [String: Key], _ names: [String], _ reader: inout SettingsReader) {
        var owners: [Digest: String] = [:]
        for name in names {
            guard let hash = keys[name]?.hash else { continue }
            if let owner = owners[hash] {
                reader.report(
                    SettingsValue.Mistake("is the hash of key \(owner) too", right: "make a new key for each client"),
                    at: KeyKey.hash, of: name, hidden: true)
            }
            owners[hash] = name
        }
    }
}
