// SPDX-License-Identifier: Apache-2.0

extension ClientSettings {
    /// Reads the main file and its drop-ins, which override it in the order given. Throws every mistake at once.
    package static func parse(
        _ files: [SettingsFile], environment: SettingsEnvironment
    ) throws(SettingsMistakes) -> ClientSettings {
        var reader = SettingsReader(files, sections: sections)
        let source = reader.value(ClientKey.source, read: SettingsValue.absolutePath)
        let server = reader.value(ClientKey.server, read: SocketAddress.server)
        let share = reader.value(ClientKey.share, read: SettingsValue.name)
        let keyFile = reader.value(
            ClientKey.keyFile, default: environment.credentialsDirectory.map { "\($0)/\(credentialName)" },
            read: SettingsValue.absolutePath)
        let stateDirectory = reader.value(
            ClientKey.stateDirectory, default: environment.stateDirectory, read: SettingsValue.absolutePath)
        let startup = reader.value(ClientKey.startup, default: Startup.reconcile, read: SettingsValue.choice)
        let preserve = reader.value(ClientKey.preserve, default: [], read: preserved)
        let bandwidth = reader.value(ClientKey.uploadBandwidth, default: .some(nil), read: bandwidth)
        let metricsListen = reader.value(ClientKey.metricsListen, default: .some(nil), read: metricsAddress)
        let logLevel = reader.value(ClientKey.logLevel, default: LogLevel.info, read: SettingsValue.choice)
        let patterns = reader.value(IgnoreKey.patterns, default: defaultIgnorePatterns, read: ignorePatterns)
        let debounce = readDebounce(&reader)
        let retry = readRetry(&reader)
        let brake = readBrake(&reader)
        let tls = readTLS(isUsed: server?.isUnderTLS ?? true, &reader)
        checkInside(source, keyFile: keyFile, stateDirectory: stateDirectory, &reader)
        if let mistakes = reader.found { throw mistakes }
        guard let source, let server, let share, let keyFile, let stateDirectory, let startup, let preserve,
            let bandwidth, let metricsListen, let logLevel, let patterns, let debounce, let retry, let brake
        else { preconditionFailure("every nil has been reported") }
        return ClientSettings(
            source: source, server: server.address, tls: server.isUnderTLS ? tls : nil, share: share, keyFile: keyFile,
            stateDirectory: stateDirectory, startup: startup, preserve: preserve, uploadBandwidth: bandwidth,
            metricsListen: metricsListen,
            logLevel: logLevel, ignorePatterns: patterns, debounce: debounce, retry: retry, brake: brake)
    }

    /// Any of the words, or nothing.
    private static func preserved(_ text: String) throws(SettingsValue.Mistake) -> Set<Preserve> {
        text.isEmpty ? [] : try SettingsValue.choices(text)
    }

    /// A size, or nothing for no limit.
    private static func bandwidth(_ text: String) throws(SettingsValue.Mistake) -> UInt64? {
        text.isEmpty ? nil : try SettingsValue.size(text, in: ClientSettings.uploadBandwidthRange)
    }

    /// An address that other machines can't reach, or nothing for none.
    private static func metricsAddress(_ text: String) throws(SettingsValue.Mistake) -> SocketAddress? {
        text.isEmpty ? nil : try SocketAddress.metrics(text)
    }

    /// Words of which each is a pattern that can match something. git passes over what can't; here it is a mistake.
    private static func ignorePatterns(_ text: String) throws(SettingsValue.Mistake) -> [String] {
        let words = try SettingsValue.words(text)
        for word in words {
            if word.first == "#" {
                throw SettingsValue.Mistake(
                    "'\(SettingsMistake.shown(word))' is a comment to gitignore(5)", right: "write \\# for a leading #")
            }
            guard word.utf8.count <= IgnoreFile.longestLine, IgnorePattern(line: Array(word.utf8)) != nil else {
                throw SettingsValue.Mistake(
                    "'\(SettingsMistake.shown(word))' can match nothing", right: "write patterns as in gitignore(5)")
            }
        }
        return words
    }

    private static func readDebounce(_ reader: inout SettingsReader) -> Debounce? {
        let standard = Debounce()
        let quiet = reader.value(
            DebounceKey.quiet, default: standard.quiet, read: inRange(Debounce.quietRange))
        let longestHold = reader.value(
            DebounceKey.longestHold, default: standard.longestHold, read: inRange(Debounce.longestHoldRange))
        guard let quiet, let longestHold else { return nil }
        checkOrder((DebounceKey.quiet, quiet), (.longestHold, longestHold), &reader)
        return Debounce(quiet: quiet, longestHold: longestHold)
    }

    private static func readRetry(_ reader: inout SettingsReader) -> Retry? {
        let standard = Retry()
        let first = reader.value(RetryKey.first, default: standard.first, read: inRange(Retry.firstRange))
        let longest = reader.value(RetryKey.longest, default: standard.longest, read: inRange(Retry.longestRange))
        let attempts = reader.value(RetryKey.attempts, default: standard.attempts) {
            text throws(SettingsValue.Mistake) in try SettingsValue.number(text, in: Retry.attemptsRange)
        }
        guard let first, let longest, let attempts else { return nil }
        checkOrder((RetryKey.first, first), (.longest, longest), &reader)
        return Retry(first: first, longest: longest, attempts: attempts)
    }

    private static func readBrake(_ reader: inout SettingsReader) -> Brake? {
        let standard = Brake()
        let percent = reader.value(SafetyKey.brakePercent, default: standard.percent) {
            text throws(SettingsValue.Mistake) in try SettingsValue.percentage(text, in: Brake.percentRange)
        }
        let count = reader.value(SafetyKey.brakeCount, default: standard.count) {
            text throws(SettingsValue.Mistake) in try SettingsValue.number(text, in: Brake.countRange)
        }
        guard let percent, let count else { return nil }
        return Brake(percent: percent, count: count)
    }

    private static func inRange(
        _ range: ClosedRange<Duration>
    ) -> (String) throws(SettingsValue.Mistake) -> Duration {
        { text throws(SettingsValue.Mistake) in try SettingsValue.duration(text, in: range) }
    }

    /// Reports two durations of which the one that must not be longer is: at the key that is set.
    private static func checkOrder<Key: SettingsKey>(
        _ shorter: (key: Key, value: Duration), _ longer: (key: Key, value: Duration), _ reader: inout SettingsReader
    ) {
        guard shorter.value > longer.value else { return }
        let (least, most) = (SettingsValue.text(of: shorter.value), SettingsValue.text(of: longer.value))
        if reader.isSet(shorter.key) {
            reader.report(
                SettingsValue.Mistake(
                    "is longer than \(longer.key.rawValue), which is \(most)", right: "write at most \(most)"),
                at: shorter.key)
        } else {
            reader.report(
                SettingsValue.Mistake(
                    "is shorter than \(shorter.key.rawValue), which is \(least)", right: "write at least \(least)"),
                at: longer.key)
        }
    }

    /// An index in the source would change with each of its own changes, for ever; a key there would be sent along.
    private static func checkInside(
        _ source: String?, keyFile: String?, stateDirectory: String?, _ reader: inout SettingsReader
    ) {
        guard let source else { return }
        for (key, path) in [(ClientKey.stateDirectory, stateDirectory), (ClientKey.keyFile, keyFile)] {
            guard let path, AbsolutePath.contains(source, path) else { continue }
            reader.report(
                SettingsValue.Mistake(
                    "lies in the source \(source), and would be mirrored", right: "choose a place outside of it"),
                at: key)
        }
    }
}
